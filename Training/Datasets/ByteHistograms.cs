using System.Runtime.CompilerServices;
namespace CnnService.Training.Datasets;

/// <summary>How often each byte occurs in each channel of a set of images, and the mean and deviation that follow exactly from these counts.</summary>
internal sealed class ByteHistograms
{
    private readonly long[][] counts;

    /// <summary>Counts all images of a set.</summary>
    public ByteHistograms(ImageSet images)
        : this(images.Shape.Channels)
    {
        for (int i = 0; i < images.Count; i++) Add(images[i]);
    }

    /// <summary>Counts the images at the given indices.</summary>
    public ByteHistograms(ImageSet images, ReadOnlySpan<int> indices)
        : this(images.Shape.Channels)
    {
        foreach (int index in indices) Add(images[index]);
    }

    private ByteHistograms(int channels) => counts = [.. Enumerable.Range(0, channels).Select(_ => new long[256])];

    /// <summary>The mean of each channel in units of the byte range (x / 255); 0 without images.</summary>
    public double[] Mean => [.. counts.Select(channel => Moments(channel).Mean)];

    /// <summary>The population standard deviation of each channel in units of the byte range (x / 255); 0 without images.</summary>
    public double[] StandardDeviation => [.. counts.Select(channel => Moments(channel).Deviation)];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(ReadOnlySpan<byte> image)
    {
        int plane = image.Length / counts.Length;
        for (int c = 0; c < counts.Length; c++)
        {
            long[] channel = counts[c];
            foreach (byte value in image.Slice(c * plane, plane)) channel[value]++;
        }
    }

    private static (double Mean, double Deviation) Moments(long[] channel)
    {
        UInt128 n = 0, sum = 0, squares = 0;
        for (uint value = 0; value < 256; value++)
        {
            var count = (UInt128)channel[value];
            n += count;
            sum += count * value;
            squares += count * value * value;
        }

        if (n == 0) return (0, 0);
        double scale = 255.0 * (double)n;
        return ((double)sum / scale, Math.Sqrt((double)(n * squares - sum * sum)) / scale); // n² · variance is a whole number
    }
}
