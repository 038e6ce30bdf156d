using SkiaSharp;

namespace CnnService.Api.Pictures;

/// <summary>Red, green and blue of a picture one after the other, (3, height, width).</summary>
internal readonly record struct Planes(byte[] Bytes, int Width, int Height)
{
    /// <summary>The picture upright, where a camera has noted how it was held (EXIF 2.32, tag 0x0112).</summary>
    public Planes Turned(SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft) return this;
        bool swaps = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        (int width, int height) = swaps ? (Height, Width) : (Width, Height);
        byte[] turned = new byte[Bytes.Length];
        for (int c = 0; c < 3; c++)
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    (int fromX, int fromY) = origin switch
                    {
                        SKEncodedOrigin.TopRight => (Width - 1 - x, y),
                        SKEncodedOrigin.BottomRight => (Width - 1 - x, Height - 1 - y),
                        SKEncodedOrigin.BottomLeft => (x, Height - 1 - y),
                        SKEncodedOrigin.LeftTop => (y, x),
                        SKEncodedOrigin.RightTop => (y, Height - 1 - x),
                        SKEncodedOrigin.RightBottom => (Width - 1 - y, Height - 1 - x),
                        _ => (Width - 1 - y, x), // LeftBottom
                    };
                    turned[(c * height + y) * width + x] = Bytes[(c * Height + fromY) * Width + fromX];
                }
            }
        }

        return new Planes(turned, width, height);
    }

    /// <summary>The picture in another size, by the <see cref="AreaFilter"/>.</summary>
    public Planes Resized(int width, int height) =>
        width == Width && height == Height ? this : new Planes(AreaFilter.Resize(this, width, height), width, height);

    /// <summary>The largest square in the middle; of an odd rest the smaller half is at the left or top.</summary>
    public Planes MiddleSquare()
    {
        int side = Math.Min(Width, Height), left = (Width - side) / 2, top = (Height - side) / 2;
        if (Width == Height) return this;
        byte[] square = new byte[3 * side * side];
        for (int row = 0; row < 3 * side; row++)
            Bytes.AsSpan((row / side * Height + top + row % side) * Width + left, side).CopyTo(square.AsSpan(row * side));
        return new Planes(square, side, side);
    }

    /// <summary>The picture in the middle of a square; of an odd rest the smaller half is at the left or top.</summary>
    /// <param name="side">The square's side in pixels, at least the picture's.</param>
    /// <param name="colour">Red, green and blue of the rest.</param>
    public Planes InMiddleOf(int side, byte[] colour)
    {
        if (Width == side && Height == side) return this;
        int left = (side - Width) / 2, top = (side - Height) / 2;
        byte[] square = new byte[3 * side * side];
        for (int c = 0; c < 3; c++)
        {
            Span<byte> plane = square.AsSpan(c * side * side, side * side);
            plane.Fill(colour[c]);
            for (int y = 0; y < Height; y++)
                Bytes.AsSpan((c * Height + y) * Width, Width).CopyTo(plane[((top + y) * side + left)..]);
        }

        return new Planes(square, side, side);
    }
}
