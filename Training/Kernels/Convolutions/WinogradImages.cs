using CnnService.Training.Tensors;
using static CnnService.Training.Kernels.Convolutions.WinogradTransforms;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>Images for <see cref="WinogradAlgorithm"/>: turned around so that channels are the lanes (row, column, channel), then cut into transformed tiles.</summary>
internal static unsafe class WinogradImages
{
    /// <summary>Turns an image (C, H, W) around; the zeros of the padding are never written.</summary>
    /// <remarks>By way of a copy: to turn is to read a little of every channel, over and over, which is slow where memory is far; to copy reads on and on.</remarks>
    public static void Load(WinogradSize size, ReadOnlySpan<float> x, FloatBuffer copy, FloatBuffer image)
    {
        Span<float> near = copy.Slice(0, x.Length);
        x.CopyTo(near);
        Turning.ToLanes(near, size.Size.Channels, size.Pixels, image);
    }

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

        return Places(forward, PlaceOf);
    }

    /// <summary>Where each output of a convolution lies before pooling, for each element of its pooling window: (row, column, filter).</summary>
    public static int[][] OutputsOf(WinogradSize size)
    {
        ConvolutionSize of = size.Size;
        int PlaceOf(int output, int element)
        {
            int row = output / of.OutputWidth * of.PoolStride + element / of.PoolWidth, column = output % of.OutputWidth * of.PoolStride + element % of.PoolWidth;
            return (row * size.Width + column) * size.FilterPitch;
        }

        return Places(of, PlaceOf);
    }

    /// <summary>
    /// Turns the gradient of one image's outputs around, (F, OH, OW), each number to the place of the element which won its window; what is at no place
    /// stays 0.
    /// </summary>
    public static void Spread(int[][] places, int F, ReadOnlySpan<float> gradient, ReadOnlySpan<byte> argmax, FloatBuffer image)
    {
        if (argmax.IsEmpty) Turning.ToLanes(gradient, F, places[0], image);
        else Turning.WinnersToLanes(gradient, argmax, F, places, image);
    }

    /// <summary>A dy At of each tile of a gradient: (point, sixteen filters, tile, filter).</summary>
    public static void TransformGradient(WinogradSize size, FloatBuffer image, FloatBuffer tiles, int[] tilePlaces, int place)
    {
        var d = new TilePixels(image.Pointer, size.Width * size.FilterPitch, size.FilterPitch);
        fixed (int* places = tilePlaces)
            WinogradTiles.ToPoints<OutputGradient1, OutputGradient2, OutputGradient3, OutputGradient4>(
                size, place, d, new TilePoints(tiles.Pointer, places, size.Rows * Tile.Columns), VectorsOf(size.Filters));
    }

    /// <summary>Bt d B of each tile of an image: (point, tile, channel).</summary>
    public static void TransformInput(WinogradSize size, FloatBuffer image, FloatBuffer tiles, int[] tilePlaces, int place)
    {
        var d = new TilePixels(image.Pointer, size.ImageWidth * size.ChannelPitch, size.ChannelPitch);
        fixed (int* places = tilePlaces)
            WinogradTiles.ToPoints<Input1, Input2, Input3, Input4>(size, place, d, new TilePoints(tiles.Pointer, places), VectorsOf(size.Size.Channels));
    }

    private static int VectorsOf(int lanes) => (lanes + Tile.Columns - 1) / Tile.Columns;

    private static int[][] Places(ConvolutionSize size, Func<int, int, int> placeOf)
    {
        int[] outputs = [.. Enumerable.Range(0, size.OutputHeight * size.OutputWidth)];
        return [.. Enumerable.Range(0, size.PoolHeight * size.PoolWidth).Select(element => outputs.Select(output => placeOf(output, element)).ToArray())];
    }
}
