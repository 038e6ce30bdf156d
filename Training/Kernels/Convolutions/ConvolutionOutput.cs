using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>What a convolution does with its sums as it writes them: add the bias, ReLU, take the largest of a pooling window.</summary>
internal static unsafe class ConvolutionOutput
{
    /// <summary>Writes one image's outputs of one filter.</summary>
    /// <param name="layout">The convolution's layout.</param>
    /// <param name="sums">The sums of a block of filters from <see cref="ShiftedPlanes.Sum"/>.</param>
    /// <param name="filter">The filter's place in its block.</param>
    /// <param name="image">The image's place in its group.</param>
    /// <param name="bias">The filter's bias.</param>
    /// <param name="relu">Whether negative outputs become 0.</param>
    /// <param name="y">The filter's outputs, (OH, OW).</param>
    /// <param name="argmax">Receives which pooling element each output came from, the first largest in row-major order; empty if nobody asks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(
        ShiftedPlanes layout, FloatBuffer sums, int filter, int image, float bias, bool relu, Span<float> y, Span<byte> argmax)
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
                    Compete(candidate, element, ref largest, ref winner);
                }

                if (relu) largest = Elementwise.Relu(largest);
                int count = Math.Min(Tile.Columns, OW - ow);
                Elementwise.Store(largest, y.Slice(oh * OW + ow, count));
                if (!argmax.IsEmpty) StoreBytes(winner, argmax.Slice(oh * OW + ow, count));
            }
        }
    }

    /// <summary>Writes one image's outputs of up to 16 filters that lie side by side in the lanes.</summary>
    /// <param name="of">The convolution.</param>
    /// <param name="sums">The sums before pooling, (row, column, 16 filters); overwritten.</param>
    /// <param name="width">Columns of the sums.</param>
    /// <param name="image">The image's place in its group.</param>
    /// <param name="filter">The first filter.</param>
    /// <param name="count">How many filters are there.</param>
    /// <param name="output">Where to, and what is done on the way.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteLanes(ConvolutionAlgorithm of, FloatBuffer sums, int width, int image, int filter, int count, in ConvolutionTarget output)
    {
        ConvolutionSize size = of.Size;
        int plane = size.OutputHeight * size.OutputWidth, elements = size.PoolHeight * size.PoolWidth;
        Span<float> y = output.Planes(of, image, filter, count);
        Span<byte> argmax = output.ArgmaxOf(of, image, filter, count);
        Vector512<float> shift = output.BiasOf(filter, count);
        for (int q = 0; q < plane; q++)
        {
            float* source = sums.Pointer + (q / size.OutputWidth * size.PoolStride * width + q % size.OutputWidth * size.PoolStride) * Tile.Columns;
            Vector512<float> largest = Vector512.Load(source) + shift;
            Vector512<int> winner = default;
            for (int element = 1; element < elements; element++)
                Compete(Vector512.Load(source + (element / size.PoolWidth * width + element % size.PoolWidth) * Tile.Columns) + shift, element, ref largest, ref winner);
            if (output.Relu) largest = Elementwise.Relu(largest);
            largest.Store(sums.Pointer + q * Tile.Columns); // read before: outputs never overtake their inputs
            if (!argmax.IsEmpty) for (int f = 0; f < count; f++) argmax[f * plane + q] = (byte)winner[f];
        }

        for (int f = 0; f < count; f++)
            for (int q = 0; q < plane; q++) y[f * plane + q] = sums.Pointer[q * Tile.Columns + f];
    }

    /// <summary>Lets another element of a pooling window compete: it wins where it is larger, and NaN wins over numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compete(Vector512<float> candidate, int element, ref Vector512<float> largest, ref Vector512<int> winner)
    {
        Vector512<float> keep = Vector512.GreaterThanOrEqual(largest, candidate) | IsNaN(largest);
        largest = Vector512.ConditionalSelect(keep, largest, candidate);
        winner = Vector512.ConditionalSelect(keep.AsInt32(), winner, Vector512.Create(element));
    }

    /// <summary>Stores small numbers as bytes, as many lanes as the destination holds.</summary>
    public static void StoreBytes(Vector512<int> numbers, Span<byte> destination)
    {
        Vector512<ushort> shorts = Vector512.Narrow(numbers, numbers).AsUInt16();
        Vector128<byte> bytes = Vector512.Narrow(shorts, shorts).GetLower().GetLower();
        if (destination.Length == Tile.Columns) bytes.CopyTo(destination);
        else for (int i = 0; i < destination.Length; i++) destination[i] = bytes[i];
    }
    private static Vector512<float> IsNaN(Vector512<float> x) => ~Vector512.Equals(x, x);
}
