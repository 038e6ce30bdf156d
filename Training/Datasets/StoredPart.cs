using System.Runtime.InteropServices;
using System.Text;
using CnnService.Training.Tensors;

namespace CnnService.Training.Datasets;

/// <summary>
/// A part of a dataset in what <see cref="Dataset.WriteTo"/> wrote: labels and images are read when they are asked for, from a stream that can seek, and
/// no others.
/// </summary>
public sealed class StoredPart
{
    private readonly Stream stream;
    private readonly long start; // of the labels

    private StoredPart(Stream stream, Shape shape, IReadOnlyList<string> classes, int count)
    {
        (this.stream, start) = (stream, stream.Position);
        (Shape, Classes, Count) = (shape, classes, count);
        if (count < 0 || start + count * Length > stream.Length) throw CutOff();
    }

    /// <summary>(C, H, W) of every image.</summary>
    public Shape Shape { get; }

    /// <summary>The class names in the order of their indices.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>How many images there are.</summary>
    public int Count { get; }

    private long Length => sizeof(int) + (long)Shape.Length; // of an image with its label

    /// <summary>Finds a part.</summary>
    /// <param name="stream">The content; it stays open, and must for as long as the part is read.</param>
    /// <param name="test">Whether the test part is meant, rather than the training part.</param>
    /// <exception cref="InvalidDataException">The bytes are not a dataset's content.</exception>
    public static StoredPart Open(Stream stream, bool test)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        try
        {
            (Shape shape, string[] classes) = Dataset.ReadHead(reader);
            var train = new StoredPart(stream, shape, classes, reader.ReadInt32());
            if (!test) return train;
            stream.Seek(train.Count * train.Length, SeekOrigin.Current);
            return new StoredPart(stream, shape, classes, reader.ReadInt32());
        }
        catch (EndOfStreamException e)
        {
            throw CutOff(e);
        }
    }

    /// <summary>The class index of each image, from 0.</summary>
    public int[] ReadLabels()
    {
        int[] labels = new int[Count];
        stream.Position = start;
        stream.ReadExactly(MemoryMarshal.AsBytes(labels.AsSpan()));
        return labels;
    }

    /// <summary>The bytes of an image, (C, H, W); null where there is none.</summary>
    /// <param name="index">Which one, from 0.</param>
    public byte[]? ReadImage(int index)
    {
        if (index < 0 || index >= Count) return null;
        byte[] pixels = new byte[Shape.Length];
        stream.Position = start + Count * (long)sizeof(int) + index * (long)Shape.Length;
        stream.ReadExactly(pixels);
        return pixels;
    }

    private static InvalidDataException CutOff(Exception? inner = null) => new("The content is not a dataset's, or is cut off.", inner);
}
