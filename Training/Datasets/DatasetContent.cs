using System.Security.Cryptography;
using System.Text;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Datasets;

/// <content>The content as one sequence of bytes: what is hashed, and what is kept in a file.</content>
public sealed partial class Dataset
{
    private const int BlockLength = 4 << 20, NameLimit = 64 * 1024; // in bytes

    /// <summary>
    /// Writes the content, whose SHA-256 is <see cref="Sha256"/>. With 32-bit little-endian numbers: C, H, W; the class count and each name as its
    /// length in UTF-8 bytes and those bytes; then of the training and of the test part its count, its labels and its pixels. Nothing is copied.
    /// </summary>
    public void WriteTo(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        foreach (int number in (int[])[Shape.Channels, Shape.Height, Shape.Width, Labels.Count]) writer.Write(number);
        foreach (string label in Labels)
        {
            byte[] name = Encoding.UTF8.GetBytes(label);
            writer.Write(name.Length);
            writer.Write(name);
        }

        foreach (ImageSet part in (ImageSet[])[Train, Test])
        {
            writer.Write(part.Count);
            foreach (int label in part.Labels) writer.Write(label);
            for (int i = 0; i < part.Count; i++) writer.Write(part[i]);
        }
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote, to its end; memory grows with what is read, not with what the bytes promise.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a dataset's content.</exception>
    public static Dataset ReadFrom(Stream stream)
    {
        try
        {
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            (Shape shape, string[] labels) = ReadHead(reader);
            var dataset = new Dataset(labels, ReadPart(reader, shape), ReadPart(reader, shape));
            return stream.ReadByte() < 0 ? dataset : throw new InvalidDataException("The content goes on after its end.");
        }
        catch (Exception e) when (e is EndOfStreamException or ArgumentException or InvalidInputException)
        {
            throw new InvalidDataException("The content is not a dataset's, or is cut off.", e);
        }
    }

    internal static (Shape Shape, string[] Labels) ReadHead(BinaryReader reader)
    {
        var shape = new Shape(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        int classes = reader.ReadInt32();
        if (shape.Channels is not (1 or 3) || shape.Height is < 1 or > 1024 || shape.Width is < 1 or > 1024 || classes is < 1 or > MaximumClasses)
            throw new InvalidDataException("The content is not a dataset's.");

        string[] labels = new string[classes];
        for (int i = 0; i < classes; i++)
        {
            int length = reader.ReadInt32();
            if (length is < 0 or > NameLimit) throw new InvalidDataException("The content is not a dataset's.");
            byte[] name = reader.ReadBytes(length);
            labels[i] = name.Length == length ? Encoding.UTF8.GetString(name) : throw new EndOfStreamException();
        }

        return (shape, labels);
    }

    private static ImageSet ReadPart(BinaryReader reader, Shape shape)
    {
        int count = reader.ReadInt32();
        var labels = new List<int>();
        while (labels.Count < count) labels.Add(reader.ReadInt32());

        var images = new List<ReadOnlyMemory<byte>>();
        while (images.Count < count)
        {
            int inBlock = Math.Min(Math.Max(1, BlockLength / shape.Length), count - images.Count);
            byte[] block = GC.AllocateUninitializedArray<byte>(inBlock * shape.Length);
            reader.BaseStream.ReadExactly(block);
            for (int i = 0; i < inBlock; i++) images.Add(block.AsMemory(i * shape.Length, shape.Length));
        }

        return new ImageSet(shape, images, labels);
    }

    private string HashOfContent()
    {
        using var hash = SHA256.Create();
        using (var hashed = new BufferedStream(new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write), 64 * 1024)) WriteTo(hashed);
        return Convert.ToHexStringLower(hash.Hash!);
    }
}
