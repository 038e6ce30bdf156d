const visible = 0.04; // the share of a curve's length from which on its growth is worth a drawing
const longest = 5; // seconds without a drawing

/**
 * Whether a growing curve is drawn again. Drawing costs the machine that trains, if it is the one that shows the page, so a long curve, which
 * hardly moves from one second to the next, is drawn less often.
 *
 * @param drawn - The iteration up to which it is drawn.
 * @param known - The iteration up to which it is known.
 * @param seconds - The time since it was drawn.
 */
export const isWorthDrawing = (drawn: number, known: number, seconds: number): boolean =>
  known - drawn >= visible * known || seconds >= longest;
