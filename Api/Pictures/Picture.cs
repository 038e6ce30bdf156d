namespace CnnService.Api.Pictures;

/// <summary>A decoded picture in three channels.</summary>
public sealed class Picture
{
    private readonly byte[] pixels;

    /// <summary>A picture of red, green and blue planes, (3, H, W); the array is kept, not copied.</summary>
    internal Picture(byte[] pixels)
    {
        this.pixels = pixels;
        IsGrey = Red.SequenceEqual(Green) && Red.SequenceEqual(Blue);
    }

    /// <summary>Whether red, green and blue are equal in every pixel, so that one channel holds all of it.</summary>
    public bool IsGrey { get; }

    private ReadOnlySpan<byte> Red => pixels.AsSpan(0, Plane);

    private ReadOnlySpan<byte> Green => pixels.AsSpan(Plane, Plane);

    private ReadOnlySpan<byte> Blue => pixels.AsSpan(2 * Plane, Plane);

    private int Plane => pixels.Length / 3;

    /// <summary>
    /// The bytes as a network takes them, (C, H, W): of 3 channels red, green and blue (of a grey picture three equal ones); of 1 channel
    /// 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded to the nearest, which leaves a grey picture as it is.
    /// </summary>
    /// <param name="channels">C, 1 or 3.</param>
    public byte[] ToChannels(int channels) => channels switch
    {
        3 => [.. pixels],
        1 => Grey(),
        _ => throw new ArgumentOutOfRangeException(nameof(channels), channels, "Pictures have 1 or 3 channels."),
    };

    private byte[] Grey()
    {
        byte[] grey = new byte[Plane];
        for (int i = 0; i < grey.Length; i++) grey[i] = (byte)((299 * Red[i] + 587 * Green[i] + 114 * Blue[i] + 500) / 1000);
        return grey;
    }
}
