using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// A sliding window of any stride as sums over shifted planes: out[f, q] = sum over taps t of w[t, f] * planes[offset[t] + q]. The padded input
/// is cut into stride * stride phase planes (rows and columns by their remainder), so that the inputs of neighbouring outputs are neighbours for
/// every stride and whole vectors can be loaded. A pooling window that follows the convolution multiplies the stride; each of its elements
/// is then a set of outputs with its own tap offsets, and pooling compares vectors lane by lane.
/// </summary>
/// <remarks>
/// Several images lie side by side in the planes (a group), so that small images fill the vectors too. Outputs are computed for the whole pitch
/// of a row; those beyond its width are never used. The order of the taps is channel, row, column: it alone decides the bits of a sum.
/// </remarks>
internal sealed unsafe class ShiftedPlanes
{
    private readonly int[] offsets;

    /// <summary>Lays out the planes for images of that size.</summary>
    public ShiftedPlanes(ConvolutionSize size, int group)
    {
        (Size, Group) = (size, group);
        int stride = size.Stride * size.PoolStride;
        Stride = stride;
        Pitch = (size.Width + 2 * size.Padding + stride - 1) / stride;
        PlaneLength = (size.Height + 2 * size.Padding + stride - 1) / stride * Pitch;
        PhaseLength = Group * PlaneLength;
        Starts = FindStarts();
        offsets = [.. Elements().SelectMany(TapsOf)];
    }

    /// <summary>What the planes are laid out for.</summary>
    public ConvolutionSize Size { get; }

    /// <summary>Images side by side.</summary>
    public int Group { get; }

    /// <summary>Input pixels between neighbouring outputs: the convolution's stride times the pooling's.</summary>
    public int Stride { get; }

    /// <summary>Numbers from one row of a plane to the next.</summary>
    public int Pitch { get; }

    /// <summary>Numbers of one image in one phase plane.</summary>
    public int PlaneLength { get; }

    /// <summary>Numbers of the whole group in one phase plane.</summary>
    public int PhaseLength { get; }

    /// <summary>Numbers of all planes of a group.</summary>
    public int PlanesLength => Size.Channels * Stride * Stride * PhaseLength;

    /// <summary>Numbers of the sums of one block of filters: (pooling element, filter of the block, position).</summary>
    public int SumsLength => PoolElements * Tile.Rows * SumsPitch;

    /// <summary>Numbers from one filter's sums to the next.</summary>
    public int SumsPitch => (PhaseLength + 2 * Tile.Columns - 1) / Tile.Columns * Tile.Columns;

    /// <summary>Taps per output.</summary>
    public int Taps => Size.Taps;

    /// <summary>Outputs per pooled output.</summary>
    public int PoolElements => Size.PoolHeight * Size.PoolWidth;

    /// <summary>Where the blocks of 16 positions begin that together cover every output of a group, ascending.</summary>
    public int[] Starts { get; }

    /// <summary>The tap offsets of one pooling element.</summary>
    public ReadOnlySpan<int> Offsets(int element) => offsets.AsSpan(element * Taps, Taps);

    /// <summary>How many of <see cref="Starts"/> are needed for the first <paramref name="images"/> of a group.</summary>
    public int StartsFor(int images)
    {
        int covered = Array.BinarySearch(Starts, images * PlaneLength);
        return covered < 0 ? ~covered : covered;
    }

    /// <summary>
    /// The position of the padded pixel (row, column) of channel <paramref name="c"/> in the planes of the image at <paramref name="image"/> of the group.
    /// </summary>
    public int PositionOf(int image, int c, int row, int column) =>
        ((c * Stride + row % Stride) * Stride + column % Stride) * PhaseLength + image * PlaneLength + row / Stride * Pitch + column / Stride;

    /// <summary>Sums of one block of 8 filters for all pooling elements.</summary>
    /// <param name="packed">The weights from <see cref="PackedFilters"/>.</param>
    /// <param name="block">Which block of filters.</param>
    /// <param name="planes">The group's planes.</param>
    /// <param name="sums">(pooling element, filter of the block, position).</param>
    /// <param name="images">Images of the group that are there.</param>
    public void Sum(FloatBuffer packed, int block, FloatBuffer planes, FloatBuffer sums, int images)
    {
        int count = StartsFor(images), pitch = SumsPitch;
        float* w = packed.Pointer + block * Tile.Rows * Taps, x = planes.Pointer;
        fixed (int* allOffsets = offsets, starts = Starts)
        {
            for (int element = 0; element < PoolElements; element++)
            {
                float* output = sums.Pointer + element * Tile.Rows * pitch;
                int* taps = allOffsets + element * Taps;
                int i = 0;
                for (; i + 1 < count; i += 2)
                    Tile.MultiplyAdd(TileRows.Packed(w), taps, Taps, x + starts[i], x + starts[i + 1], output + starts[i], output + starts[i + 1], pitch, false);
                if (i < count) Tile.MultiplyAdd(TileRows.Packed(w), taps, Taps, x + starts[i], null, output + starts[i], null, pitch, false);
            }
        }
    }

    private IEnumerable<(int Row, int Column)> Elements()
    {
        for (int i = 0; i < Size.PoolHeight; i++)
            for (int j = 0; j < Size.PoolWidth; j++) yield return (i * Size.Stride, j * Size.Stride);
    }

    private IEnumerable<int> TapsOf((int Row, int Column) element)
    {
        for (int c = 0; c < Size.Channels; c++)
            for (int i = 0; i < Size.FilterHeight; i++)
                for (int j = 0; j < Size.FilterWidth; j++) yield return PositionOf(0, c, element.Row + i, element.Column + j);
    }

    // Greedy: each block begins at the first output that no block covers yet.
    private int[] FindStarts()
    {
        var starts = new List<int>();
        int covered = 0;
        for (int image = 0; image < Group; image++)
        {
            for (int row = 0; row < Size.OutputHeight; row++)
            {
                int first = image * PlaneLength + row * Pitch;
                for (int q = Math.Max(first, covered); q < first + Size.OutputWidth; q = covered)
                {
                    starts.Add(q);
                    covered = q + Tile.Columns;
                }
            }
        }

        return [.. starts];
    }
}

/// <summary>The sizes of a sliding window: C input channels of H x W, filters of HH x WW, and the pooling window that follows (1 x 1 for none).</summary>
internal readonly record struct ConvolutionSize
{
    /// <summary>C.</summary>
    public required int Channels { get; init; }

    /// <summary>H.</summary>
    public required int Height { get; init; }

    /// <summary>W.</summary>
    public required int Width { get; init; }

    /// <summary>HH.</summary>
    public required int FilterHeight { get; init; }

    /// <summary>WW.</summary>
    public required int FilterWidth { get; init; }

    /// <summary>The convolution's stride.</summary>
    public int Stride { get; init; } = 1;

    /// <summary>Zeros on each side.</summary>
    public int Padding { get; init; }

    /// <summary>Rows of the pooling window.</summary>
    public int PoolHeight { get; init; } = 1;

    /// <summary>Columns of the pooling window.</summary>
    public int PoolWidth { get; init; } = 1;

    /// <summary>The pooling's stride, in outputs of the convolution.</summary>
    public int PoolStride { get; init; } = 1;

    /// <summary>Rows after convolution and pooling.</summary>
    public required int OutputHeight { get; init; }

    /// <summary>Columns after convolution and pooling.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>What one output of the convolution sums: C * HH * WW.</summary>
    public int Taps => Channels * FilterHeight * FilterWidth;

    /// <summary>Sizes with stride 1, no padding and no pooling unless said.</summary>
    public ConvolutionSize()
    {
    }
}
