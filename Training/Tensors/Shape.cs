namespace CnnService.Training.Tensors;

/// <summary>The shape of one image or feature vector, without its batch: channels, height, width. A vector of D features is (D, 1, 1).</summary>
/// <param name="Channels">C, at least 1.</param>
/// <param name="Height">H in pixels, at least 1.</param>
/// <param name="Width">W in pixels, at least 1.</param>
public readonly record struct Shape(int Channels, int Height, int Width)
{
    /// <summary>The shape of a vector of <paramref name="features"/> numbers: (features, 1, 1).</summary>
    public static Shape Vector(int features) => new(features, 1, 1);

    /// <summary>Numbers in one channel: H * W.</summary>
    public int PlaneLength => Height * Width;

    /// <summary>Numbers in one image: C * H * W.</summary>
    public int Length => Channels * Height * Width;

    /// <summary>The shape as people write it: <c>(3, 32, 32)</c>.</summary>
    public override string ToString() => $"({Channels}, {Height}, {Width})";
}
