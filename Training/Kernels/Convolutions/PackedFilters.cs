namespace CnnService.Training.Kernels.Convolutions;

/// <summary>Filters in the order in which tiles read them: blocks of 8 filters, in each the taps, for each tap the 8 weights.</summary>
internal static class PackedFilters
{
    /// <summary>Blocks of 8 that hold that many filters.</summary>
    public static int Blocks(int filters) => (filters + Tile.Rows - 1) / Tile.Rows;

    /// <summary>Packs w (F, taps); filters that are not there stay 0.</summary>
    public static void Pack(ReadOnlySpan<float> w, int F, int taps, Span<float> packed)
    {
        for (int f = 0; f < F; f++)
        {
            Span<float> block = packed[(f / Tile.Rows * Tile.Rows * taps)..];
            for (int t = 0; t < taps; t++) block[t * Tile.Rows + f % Tile.Rows] = w[f * taps + t];
        }
    }

    /// <summary>
    /// Packs w (F, C, HH, WW), with a window of HH * WW, for the input gradient: the channels take the filters' part, taps run over (filter, row, column), and rows and columns run backwards.
    /// </summary>
    public static void PackTurned(ReadOnlySpan<float> w, int F, int C, int window, Span<float> packed)
    {
        for (int c = 0; c < C; c++)
        {
            Span<float> block = packed[(c / Tile.Rows * Tile.Rows * F * window)..];
            for (int f = 0; f < F; f++)
            {
                ReadOnlySpan<float> filter = w.Slice((f * C + c) * window, window);
                for (int t = 0; t < window; t++) block[(f * window + t) * Tile.Rows + c % Tile.Rows] = filter[window - 1 - t];
            }
        }
    }
}
