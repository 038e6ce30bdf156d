using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>Copies images and gradients into the planes of a <see cref="ShiftedPlanes"/>. The zeros of the padding are never written.</summary>
internal static unsafe class Planes
{
    /// <summary>Copies one image (C, H, W) to its place among the planes of a group.</summary>
    public static void Fill(ShiftedPlanes layout, ReadOnlySpan<float> x, FloatBuffer planes, int image)
    {
        (int C, int H, int W) = (layout.Size.Channels, layout.Size.Height, layout.Size.Width);
        (int stride, int padding) = (layout.Stride, layout.Size.Padding);
        if (x.Length != C * H * W) throw new ArgumentException($"x has {x.Length} numbers, not {C} * {H} * {W}.", nameof(x));

        float* destination = planes.Pointer;
        for (int c = 0; c < C; c++)
        {
            for (int h = 0; h < H; h++)
            {
                ReadOnlySpan<float> row = x.Slice((c * H + h) * W, W);
                for (int phase = 0; phase < stride; phase++)
                {
                    int first = ((phase - padding) % stride + stride) % stride; // the first column that falls into this phase
                    if (first >= W) continue;
                    float* to = destination + layout.PositionOf(image, c, h + padding, first + padding);
                    if (stride == 1) row.CopyTo(new Span<float>(to, W));
                    else for (int w = first; w < W; w += stride) *to++ = row[w];
                }
            }
        }
    }

    /// <summary>
    /// Spreads the gradient of one image's outputs over the planes from which the input gradient is summed: each number goes to the convolution
    /// output that won its pooling window, <see cref="ConvolutionSize.Stride"/> apart, shifted by HH - 1 - padding; all else is 0.
    /// </summary>
    /// <param name="size">The forward pass.</param>
    /// <param name="backward">The layout of the input gradient: one plane per filter.</param>
    /// <param name="gradient">dy of the image, (F, OH, OW), already masked.</param>
    /// <param name="argmax">Which pooling element each came from; empty without pooling.</param>
    /// <param name="planes">The planes of <paramref name="backward"/>.</param>
    /// <param name="image">The image's place in the group.</param>
    public static void Spread(ConvolutionSize size, ShiftedPlanes backward, ReadOnlySpan<float> gradient, ReadOnlySpan<byte> argmax, FloatBuffer planes, int image)
    {
        (int OH, int OW) = (size.OutputHeight, size.OutputWidth);
        int top = size.FilterHeight - 1 - size.Padding, left = size.FilterWidth - 1 - size.Padding;
        for (int f = 0; f < backward.Size.Channels; f++)
        {
            Span<float> plane = planes.Slice(backward.PositionOf(image, f, 0, 0), backward.PlaneLength);
            plane.Clear();
            for (int oh = 0; oh < OH; oh++)
            {
                for (int ow = 0; ow < OW; ow++)
                {
                    int from = (f * OH + oh) * OW + ow;
                    int element = argmax.IsEmpty ? 0 : argmax[from];
                    int h = (oh * size.PoolStride + element / size.PoolWidth) * size.Stride + top;
                    int w = (ow * size.PoolStride + element % size.PoolWidth) * size.Stride + left;
                    if ((uint)h < (uint)backward.Size.Height && (uint)w < (uint)backward.Size.Width) plane[h * backward.Pitch + w] = gradient[from];
                }
            }
        }
    }
}
