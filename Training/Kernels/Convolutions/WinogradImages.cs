using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>Images for <see cref="WinogradAlgorithm"/>: turned around so that channels are the lanes (row, column, channel), then cut into transformed tiles.</summary>
internal static unsafe class WinogradImages
{
    /// <summary>Turns an image (C, H, W) around; the zeros of the padding are never written.</summary>
    public static void Load(WinogradSize size, ReadOnlySpan<float> x, Span<float> image)
    {
        (int C, int H, int W, int padding) = (size.Size.Channels, size.Size.Height, size.Size.Width, size.Size.Padding);
        int pitch = size.ChannelPitch;
        for (int c = 0; c < C; c++)
        {
            for (int h = 0; h < Math.Min(H, size.ImageRows - padding); h++)
            {
                ReadOnlySpan<float> row = x.Slice((c * H + h) * W, Math.Min(W, size.ImageWidth - padding));
                Span<float> to = image[(((h + padding) * size.ImageWidth + padding) * pitch + c)..];
                for (int w = 0; w < row.Length; w++) to[w * pitch] = row[w];
            }
        }
    }

    /// <summary>
    /// Spreads the gradient of one image's outputs, (F, OH, OW), over the outputs that won their pooling windows, shifted
    /// by <paramref name="margin"/>; all else is 0.
    /// </summary>
    public static void Spread(
        WinogradSize size, ConvolutionSize forward, int margin, ReadOnlySpan<float> gradient, ReadOnlySpan<byte> argmax, Span<float> image)
    {
        (int OH, int OW, int pitch) = (forward.OutputHeight, forward.OutputWidth, size.ChannelPitch);
        int filters = gradient.Length / (OH * OW);
        image.Clear();
        for (int f = 0; f < filters; f++)
        {
            for (int oh = 0; oh < OH; oh++)
            {
                for (int ow = 0; ow < OW; ow++)
                {
                    int from = (f * OH + oh) * OW + ow, element = argmax.IsEmpty ? 0 : argmax[from];
                    int h = (oh * forward.PoolStride + element / forward.PoolWidth) * forward.Stride + margin;
                    int w = (ow * forward.PoolStride + element % forward.PoolWidth) * forward.Stride + margin;
                    if ((uint)h < (uint)size.ImageRows && (uint)w < (uint)size.ImageWidth) image[(h * size.ImageWidth + w) * pitch + f] = gradient[from];
                }
            }
        }
    }

    /// <summary>Bt d B of each 6x6 tile of an image: (point, tile, channel).</summary>
    public static void TransformInput(WinogradSize size, FloatBuffer image, FloatBuffer tiles, int place)
    {
        int pitch = size.ChannelPitch;
        nint row = size.ImageWidth * pitch, point = size.Rows * pitch;
        for (int tile = 0; tile < size.Tiles; tile++)
        {
            float* d = image.Pointer + tile / size.TileColumns * WinogradSize.Outputs * row + tile % size.TileColumns * WinogradSize.Outputs * pitch;
            float* to = tiles.Pointer + (place * size.Tiles + tile) * pitch;
            for (int c = 0; c < size.Size.Channels; c += Tile.Columns)
                WinogradTransforms.Square<WinogradTransforms.Input>(d + c, row, pitch, to + c, 6 * point, point);
        }
    }
}
