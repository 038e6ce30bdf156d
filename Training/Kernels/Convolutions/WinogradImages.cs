using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>Images for <see cref="WinogradAlgorithm"/>: turned around so that channels are the lanes (row, column, channel), then cut into transformed tiles.</summary>
internal static unsafe class WinogradImages
{
    /// <summary>Turns an image (C, H, W) around; the zeros of the padding are never written.</summary>
    public static void Load(WinogradSize size, ReadOnlySpan<float> x, FloatBuffer image) => Turn(x, size.Size.Channels, size.Pixels, image);

    /// <summary>
    /// Where the inputs of each output of a convolution lie in an image, shifted by <paramref name="margin"/>: for each element of a pooling window, of
    /// which there is one without pooling, the places of all outputs.
    /// </summary>
    public static int[][] PlacesOf(WinogradSize size, ConvolutionSize forward, int margin)
    {
        int PlaceOf(int output, int element)
        {
            int row = (output / forward.OutputWidth * forward.PoolStride + element / forward.PoolWidth) * forward.Stride;
            int column = (output % forward.OutputWidth * forward.PoolStride + element % forward.PoolWidth) * forward.Stride;
            return size.PlaceOf(row + margin, column + margin);
        }

        int[] outputs = [.. Enumerable.Range(0, forward.OutputHeight * forward.OutputWidth)];
        return [.. Enumerable.Range(0, forward.PoolHeight * forward.PoolWidth).Select(element => outputs.Select(output => PlaceOf(output, element)).ToArray())];
    }

    /// <summary>Turns the gradient of one image's outputs around, (F, OH, OW), to places of <see cref="PlacesOf"/>; what is at no place stays 0.</summary>
    public static void Spread(WinogradSize size, int[] places, ReadOnlySpan<float> gradient, FloatBuffer image) => Turn(gradient, size.Size.Channels, places, image);

    /// <summary>The numbers whose argmax is <paramref name="element"/>, and 0 for all others.</summary>
    public static void Select(ReadOnlySpan<float> gradient, ReadOnlySpan<byte> argmax, int element, Span<float> selected)
    {
        int i = 0;
        for (; i <= gradient.Length - Tile.Columns; i += Tile.Columns)
        {
            Vector512<int> winner = Vector512.WidenLower(Vector512.WidenLower(Vector128.Create(argmax[i..]).ToVector256Unsafe().ToVector512Unsafe())).AsInt32();
            Vector512<float> won = Vector512.Equals(winner, Vector512.Create(element)).AsSingle();
            (Vector512.Create(gradient[i..]) & won).CopyTo(selected[i..]);
        }

        for (; i < gradient.Length; i++) selected[i] = argmax[i] == element ? gradient[i] : 0;
    }

    /// <summary>Turns the gradient of one image's outputs, (F, OH, OW), around, into whole tiles; the zeros beyond the outputs are never written.</summary>
    public static void LoadGradient(WinogradSize size, ReadOnlySpan<float> gradient, FloatBuffer image) => Turn(gradient, size.Filters, size.OutputPixels, image);

    /// <summary>A dy At of each 4x4 tile of a gradient: (point, sixteen filters, tile, filter).</summary>
    public static void TransformGradient(WinogradSize size, FloatBuffer image, FloatBuffer tiles, int place)
    {
        int pitch = size.FilterPitch;
        nint row = size.TileColumns * WinogradSize.Outputs * pitch, point = size.Rows * pitch;
        for (int tile = 0; tile < size.Tiles; tile++)
        {
            float* d = image.Pointer + tile / size.TileColumns * WinogradSize.Outputs * row + tile % size.TileColumns * WinogradSize.Outputs * pitch;
            float* to = tiles.Pointer + (place * size.Tiles + tile) * Tile.Columns;
            for (int f = 0; f < size.Filters; f += Tile.Columns)
                WinogradTransforms.Square<WinogradTransforms.OutputGradient>(d + f, row, pitch, to + f * size.Rows, 6 * point, point);
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

    /// <summary>(C, pixels) to (pixel, C), pixel p at places[p].</summary>
    /// <remarks>Four by four, as single numbers a kilobyte apart took longer than the products they were for.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn(ReadOnlySpan<float> x, int C, int[] places, FloatBuffer image)
    {
        const int side = 4;
        int pixels = places.Length, wholePixels = pixels / side * side, wholeChannels = C / side * side;
        float* to = image.Pointer;
        fixed (float* from = x)
        {
            for (int p = 0; p < wholePixels; p += side)
            {
                float* to0 = to + places[p], to1 = to + places[p + 1], to2 = to + places[p + 2], to3 = to + places[p + 3], source = from + p;
                for (int c = 0; c < wholeChannels; c += side, source += side * pixels)
                {
                    Vector256<float> upper = Vector256.Create(Vector128.Load(source), Vector128.Load(source + pixels));
                    Vector256<float> lower = Vector256.Create(Vector128.Load(source + 2 * pixels), Vector128.Load(source + 3 * pixels));
                    Vector512<float> turned = Vector512.Shuffle(
                        Vector512.Create(upper, lower), Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
                    turned.GetLower().GetLower().Store(to0 + c);
                    turned.GetLower().GetUpper().Store(to1 + c);
                    turned.GetUpper().GetLower().Store(to2 + c);
                    turned.GetUpper().GetUpper().Store(to3 + c);
                }
            }

            for (int c = 0; c < C; c++)
                for (int p = c < wholeChannels ? wholePixels : 0; p < pixels; p++) to[places[p] + c] = from[c * pixels + p];
        }
    }
}
