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
    /// <param name="sums">The sums before pooling that are used, (row, column, 16 filters); overwritten.</param>
    /// <param name="winners">Room for (output, 16 filters) bytes, where outputs are pooled.</param>
    /// <param name="image">The image's place in its group.</param>
    /// <param name="filter">The first filter.</param>
    /// <param name="count">How many filters are there.</param>
    /// <param name="output">Where to, and what is done on the way.</param>
    public static void WriteLanes(ConvolutionAlgorithm of, FloatBuffer sums, FloatBuffer winners, int image, int filter, int count, in ConvolutionTarget output)
    {
        int plane = of.Size.OutputHeight * of.Size.OutputWidth;
        bool isPooled = of.Size is not { PoolHeight: 1, PoolWidth: 1, PoolStride: 1 };
        Span<byte> argmax = output.ArgmaxOf(of, image, filter, count);
        byte* bytes = argmax.IsEmpty ? null : (byte*)winners.Pointer;
        if (isPooled || output.Relu || output.HasBias) Finish(of.Size, sums.Pointer, output.BiasOf(filter, count), output.Relu, bytes);
        Turning.FromLanes(sums.Pointer, plane, count, output.Planes(of, image, filter, count));
        if (!argmax.IsEmpty) Turning.FromLanes(bytes, plane, count, argmax);
    }

    // Each output takes the place of an input that was read before: outputs never overtake their inputs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(ConvolutionSize size, float* sums, Vector512<float> shift, bool relu, byte* winners)
    {
        int row = ((size.OutputWidth - 1) * size.PoolStride + size.PoolWidth) * Tile.Columns;
        for (int oh = 0, q = 0; oh < size.OutputHeight; oh++)
        {
            for (int ow = 0; ow < size.OutputWidth; ow++, q++)
            {
                float* window = sums + oh * size.PoolStride * row + ow * size.PoolStride * Tile.Columns;
                Vector512<float> largest = Vector512.Load(window) + shift;
                Vector512<int> winner = default;
                for (int i = 0, element = 0; i < size.PoolHeight; i++)
                {
                    for (int j = 0; j < size.PoolWidth; j++, element++)
                        if (element > 0) Compete(Vector512.Load(window + i * row + j * Tile.Columns) + shift, element, ref largest, ref winner);
                }

                if (relu) largest = Elementwise.Relu(largest);
                largest.Store(sums + q * Tile.Columns);
                if (winners != null) StoreBytes(winner, new Span<byte>(winners + q * Tile.Columns, Tile.Columns));
            }
        }
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
