using CnnService.Training.Kernels;
using CnnService.Training.Kernels.Convolutions;
using CnnService.Training.Tensors;
using CnnService.Training.Tests.Layers;
using CsCheck;

namespace CnnService.Training.Tests.Kernels;

[Trait(Suite.Name, Suite.Kernels)]
public sealed class TurnedGradientTests
{
    private static readonly Gen<ConvolutionSize> Sizes =
        from channels in Gen.Int[1, 70]
        from filter in Gen.Int[1, 5]
        from stride in Gen.Int[1, 2]
        from padding in Gen.Int[0, Math.Min(2, filter - 1)]
        from pool in Gen.Int[1, 3]
        from gap in Gen.Int[0, 1]
        from rows in Gen.Int[1, 5]
        from columns in Gen.Int[1, 5]
        let size = new ConvolutionSize
        {
            Channels = channels,
            Height = Math.Max(1, ((rows - 1) * (pool + gap) + pool - 1) * stride + filter - 2 * padding),
            Width = Math.Max(1, ((columns - 1) * (pool + gap) + pool - 1) * stride + filter - 2 * padding),
            FilterHeight = filter,
            FilterWidth = filter,
            Stride = stride,
            Padding = padding,
            PoolHeight = pool,
            PoolWidth = pool,
            PoolStride = pool + gap,
            OutputHeight = rows,
            OutputWidth = columns,
        }
        where TurnedGradient.Fits(size)
        select size;

    /// <summary>Both add the same products in the same order; the other one is held against the definition with the layer.</summary>
    [Fact]
    public void Add_ImagesOfAnySize_HasTheBitsOfPatches() => Gen.Select(Sizes, Gen.Int[1, 20], Gen.Int[1, 1_000_000]).Sample(
        drawn =>
        {
            (ConvolutionSize size, int filters, int seed) = drawn;
            int outputs = size.OutputHeight * size.OutputWidth, elements = size.PoolHeight * size.PoolWidth, rows = PackedFilters.Blocks(filters) * Tile.Rows;
            var dy = new FloatBuffer(rows * outputs);
            float[][] results = [.. new WeightGradient[] { new PatchGradient(size, filters), new TurnedGradient(size, filters) }.Select(gradient =>
            {
                var sums = new FloatBuffer(rows * gradient.Pitch);
                for (int image = 0; image < 2; image++)
                {
                    RandomTensors.Vector(seed + image, filters * outputs).CopyTo(dy.Span);
                    byte[] argmax = [.. Enumerable.Range(0, filters * outputs).Select(i => (byte)((i * 7 + seed + image) % elements))];
                    gradient.Add(RandomTensors.Vector(seed + 10 + image, size.Channels * size.Height * size.Width), dy, argmax, sums);
                }

                float[] dw = new float[filters * size.Taps];
                for (int f = 0; f < filters; f++) gradient.CopyTo(sums.Slice(f * gradient.Pitch, gradient.Pitch), dw.AsSpan(f * size.Taps, size.Taps));
                return dw;
            })];
            Assert.Equal(results[0], results[1]);
            Assert.Contains(results[1], number => number != 0);
        },
        iter: 100, threads: 1);
}
