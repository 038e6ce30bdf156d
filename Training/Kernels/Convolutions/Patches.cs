using System.Runtime.Intrinsics;
using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>
/// The inputs of a convolution as rows, some output rows of one image at a time: patch (h, w) holds the C * HH * WW numbers that output (h, w) of
/// the convolution reads, one after the other, so that whole vectors of taps can be multiplied. What follows them up to the pitch is not defined.
/// </summary>
internal sealed unsafe class Patches
{
    /// <summary>The pitch is a multiple of it: five vectors of 16.</summary>
    public const int Step = 80;

    private const int Target = 64; // patches that make a product worth while
    private const int NumbersTarget = 64 * 1024; // a quarter of a second-level cache of 1 MB
    private readonly ConvolutionSize size;
    private readonly int paddedPitch, paddedPlane;
    private readonly int[] rowOffsets;
    private readonly FloatBuffer padded, patches;

    /// <summary>Scratch for one worker.</summary>
    public Patches(ConvolutionSize size)
    {
        this.size = size;
        (paddedPitch, paddedPlane) = (size.Width + 2 * size.Padding, (size.Height + 2 * size.Padding) * (size.Width + 2 * size.Padding));
        Pitch = (size.Taps + Step - 1) / Step * Step;
        int byPatches = Target / (size.PoolStride * Width), byNumbers = NumbersTarget / (size.PoolStride * Width * Pitch);
        Rows = Math.Clamp(Math.Min(byPatches, byNumbers), 1, size.OutputHeight);
        rowOffsets = [.. Enumerable.Range(0, size.Channels * size.FilterHeight).Select(r => r / size.FilterHeight * paddedPlane + r % size.FilterHeight * paddedPitch)];
        padded = new FloatBuffer(size.Channels * paddedPlane);
        patches = new FloatBuffer(HeightOf(Rows) * Width * Pitch + Step);
    }

    /// <summary>Numbers from one patch to the next.</summary>
    public int Pitch { get; }

    /// <summary>Output rows that are there at a time.</summary>
    public int Rows { get; }

    /// <summary>Patches side by side: outputs of the convolution before pooling.</summary>
    public int Width => (size.OutputWidth - 1) * size.PoolStride + size.PoolWidth;

    /// <summary>The first patch.</summary>
    public float* Pointer => patches.Pointer;

    /// <summary>Takes one image (C, H, W); the zeros around it are never written.</summary>
    public void Load(ReadOnlySpan<float> x)
    {
        for (int c = 0; c < size.Channels; c++)
            for (int h = 0; h < size.Height; h++)
                x.Slice((c * size.Height + h) * size.Width, size.Width)
                    .CopyTo(padded.Slice(c * paddedPlane + (h + size.Padding) * paddedPitch + size.Padding, size.Width));
    }

    /// <summary>Lays out the patches of up to <see cref="Rows"/> output rows (after pooling) from <paramref name="first"/>.</summary>
    public void Fill(int first, int rows)
    {
        int stride = size.Stride, WW = size.FilterWidth;
        fixed (int* filterRows = rowOffsets)
        {
            for (int h = 0; h < HeightOf(rows); h++)
            {
                float* from = padded.Pointer + (first * size.PoolStride + h) * stride * paddedPitch, to = patches.Pointer + h * Width * Pitch;
                for (int w = 0; w < Width; w++, from += stride, to += Pitch)
                {
                    float* tap = to;
                    if (WW <= Vector256<float>.Count) for (int i = 0; i < rowOffsets.Length; i++, tap += WW) Vector256.Load(from + filterRows[i]).Store(tap);
                    else for (int i = 0; i < rowOffsets.Length; i++, tap += WW) Copy(from + filterRows[i], tap, WW);
                }
            }
        }
    }

    // Whole vectors: what is written too much lies where the next row of the filter comes, or behind the last tap.
    private static void Copy(float* from, float* to, int count)
    {
        for (int i = 0; i < count; i += Vector256<float>.Count) Vector256.Load(from + i).Store(to + i);
    }

    private int HeightOf(int rows) => (rows - 1) * size.PoolStride + size.PoolHeight;
}
