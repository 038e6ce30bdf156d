using System.Runtime.Intrinsics;
using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels;

/// <summary>What a convolution does with its sums as it writes them: add the bias, ReLU, take the largest of a pooling window.</summary>
internal static unsafe class ConvolutionOutput
{
    /// <summary>Writes one image's outputs of one filter.</summary>
    /// <param name="layout">The convolution's layout.</param>
    /// <param name="sums">The sums of a block of filters from <see cref="Correlation.Sum"/>.</param>
    /// <param name="filter">The filter's place in its block.</param>
    /// <param name="image">The image's place in its group.</param>
    /// <param name="bias">The filter's bias.</param>
    /// <param name="relu">Whether negative outputs become 0.</param>
    /// <param name="y">The filter's outputs, (OH, OW).</param>
    /// <param name="winners">Receives which pooling element each output came from, the first largest in row-major order; empty if nobody asks.</param>
    public static void Write(
        Correlation layout, FloatBuffer sums, int filter, int image, float bias, bool relu, Span<float> y, Span<byte> winners)
    {
        (int OH, int OW) = (layout.Size.OutputHeight, layout.Size.OutputWidth);
        int elementPitch = Tile.Rows * layout.SumsPitch;
        float* first = sums.Pointer + filter * layout.SumsPitch + image * layout.PlaneLength;
        Vector512<float> shift = Vector512.Create(bias);
        for (int oh = 0; oh < OH; oh++)
        {
            for (int ow = 0; ow < OW; ow += Tile.Columns)
            {
                float* source = first + oh * layout.Pitch + ow;
                Vector512<float> largest = Vector512.Load(source) + shift;
                Vector512<int> winner = default;
                for (int element = 1; element < layout.PoolElements; element++)
                {
                    Vector512<float> candidate = Vector512.Load(source + element * elementPitch) + shift;
                    Vector512<float> keep = Vector512.GreaterThanOrEqual(largest, candidate) | IsNaN(largest);
                    largest = Vector512.ConditionalSelect(keep, largest, candidate);
                    winner = Vector512.ConditionalSelect(keep.AsInt32(), winner, Vector512.Create(element));
                }

                if (relu) largest = Elementwise.Relu(largest);
                int count = Math.Min(Tile.Columns, OW - ow);
                Elementwise.Store(largest, y.Slice(oh * OW + ow, count));
                if (!winners.IsEmpty) StoreBytes(winner, winners.Slice(oh * OW + ow, count));
            }
        }
    }

    private static Vector512<float> IsNaN(Vector512<float> x) => ~Vector512.Equals(x, x);

    private static void StoreBytes(Vector512<int> numbers, Span<byte> destination)
    {
        Vector512<ushort> shorts = Vector512.Narrow(numbers, numbers).AsUInt16();
        Vector128<byte> bytes = Vector512.Narrow(shorts, shorts).GetLower().GetLower();
        if (destination.Length == Tile.Columns) bytes.CopyTo(destination);
        else for (int i = 0; i < destination.Length; i++) destination[i] = bytes[i];
    }
}
