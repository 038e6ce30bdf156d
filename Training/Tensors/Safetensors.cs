using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using CnnService.Training.Specs;

namespace CnnService.Training.Tensors;

/// <summary>
/// A file of named tensors in the safetensors layout (github.com/huggingface/safetensors): 8 bytes header length, a JSON header, then the raw
/// little-endian data without gaps. The reader believes nothing: every lie a header can tell is refused with the entry and the value at fault.
/// </summary>
internal sealed class Safetensors
{
    private const int LengthBytes = 8, BlockBytes = 64 * 1024;
    private const int HeaderLimit = 16 * 1024 * 1024;
    private const string MetadataName = "__metadata__";
    private readonly List<Tensor> tensors = [];
    private readonly Dictionary<string, Tensor> byName = [];

    /// <summary>Text beside the tensors.</summary>
    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<Tensor> Tensors => tensors;

    /// <summary>Bytes of the file.</summary>
    public long Length => LengthBytes + Header().Length + tensors.Sum(tensor => (long)tensor.Data.Length);

    /// <summary>The tensor of that name; InvalidInputException if there is none.</summary>
    public Tensor this[string name] => byName.TryGetValue(name, out Tensor? tensor)
        ? tensor
        : throw new InvalidInputException(name, "this tensor is missing from the file.");

    /// <summary>Whether a tensor of that name is there.</summary>
    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>Adds a tensor that shares the memory of <paramref name="data"/>.</summary>
    public void Add(string name, ElementType type, long[] shape, ReadOnlyMemory<byte> data)
    {
        if (name == MetadataName) throw Refused(name, "the format keeps this name for the text beside the tensors.");
        if (shape.Any(extent => extent < 0) || ByteLength(type, shape) != data.Length)
            throw Refused(name, $"{type} of shape [{string.Join(", ", shape)}] is not {data.Length} bytes long, as its data is.");
        var tensor = new Tensor(name, type, shape, data);
        if (!byName.TryAdd(name, tensor)) throw Refused(name, "two tensors have this name.");
        tensors.Add(tensor);
    }

    /// <summary>Adds a copy of float numbers.</summary>
    public void Add(string name, long[] shape, ReadOnlySpan<float> values) =>
        Add(name, ElementType.F32, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Adds a copy of double numbers.</summary>
    public void Add(string name, long[] shape, ReadOnlySpan<double> values) =>
        Add(name, ElementType.F64, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Writes the file; equal content gives equal bytes (metadata in ordinal order of its keys).</summary>
    public void WriteTo(Stream stream)
    {
        byte[] header = Header();
        Span<byte> length = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (Tensor tensor in tensors)
        {
            ReadOnlySpan<byte> data = tensor.Data.Span;
            for (; data.Length > BlockBytes; data = data[BlockBytes..]) stream.Write(data[..BlockBytes]); // some streams copy all that they are given
            stream.Write(data);
        }
    }

    /// <summary>The file's bytes.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        WriteTo(new MemoryStream(bytes));
        return bytes;
    }

    /// <summary>Reads a file's bytes; the tensors share their memory. InvalidInputException for anything that is not exactly the layout.</summary>
    public static Safetensors Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length < LengthBytes) throw Refused("header", $"the file has {file.Length} bytes, fewer than the {LengthBytes} of the header's length.");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file.Span);
        if (headerLength > HeaderLimit || headerLength > (ulong)(file.Length - LengthBytes))
            throw Refused("header", $"its length is given as {headerLength} bytes, but the file has {file.Length - LengthBytes} after it, and {HeaderLimit} is the limit.");

        ReadOnlyMemory<byte> data = file[(LengthBytes + (int)headerLength)..];
        var result = new Safetensors();
        long end = 0;
        foreach ((string name, Entry entry) in result.ReadHeader(file.Slice(LengthBytes, (int)headerLength)).OrderBy(e => e.Entry.Begin).ThenBy(e => e.Entry.End))
        {
            if (entry.Begin < end) throw Refused(name, $"its data begins at {entry.Begin}, inside the tensor before it, which ends at {end}.");
            if (entry.Begin > end) throw Refused(name, $"its data begins at {entry.Begin}, and the bytes from {end} belong to no tensor.");
            if (entry.End > data.Length) throw Refused(name, $"its data ends at {entry.End}, but the file has only {data.Length} bytes of data.");
            result.Add(name, entry.Type, entry.Shape, data[(int)entry.Begin..(int)entry.End]);
            end = entry.End;
        }

        if (end != data.Length) throw Refused("data", $"{data.Length - end} bytes after the last tensor belong to none.");
        return result;
    }

    /// <summary>Bytes of a tensor, or more than any array holds where the product leaves 63 bits.</summary>
    private static Int128 ByteLength(ElementType type, long[] shape)
    {
        Int128 bytes = type.Size();
        foreach (long extent in shape) bytes = extent == 0 ? 0 : bytes > long.MaxValue ? bytes : bytes * extent;
        return bytes;
    }

    private byte[] Header()
    {
        var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(MetadataName);
                foreach ((string key, string value) in Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }

            long offset = 0;
            foreach (Tensor tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.ToString());
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [offset, offset += tensor.Data.Length]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (stream.Length % LengthBytes != 0) stream.WriteByte((byte)' '); // so that the data begins aligned
        return stream.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private List<(string Name, Entry Entry)> ReadHeader(ReadOnlyMemory<byte> header)
    {
        if (!header.Span.StartsWith("{"u8)) throw Refused("header", "it is not a JSON object.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            return ReadEntries(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for text that is not Unicode
        {
            throw Refused("header", $"it is not JSON with unique names in UTF-8 ({e.Message})");
        }
    }

    private List<(string Name, Entry Entry)> ReadEntries(JsonElement header)
    {
        var entries = new List<(string, Entry)>();
        foreach (JsonProperty property in header.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Object) throw Refused(property.Name, "its entry is not a JSON object.");
            if (property.Name == MetadataName) ReadMetadata(property.Value);
            else entries.Add((property.Name, ReadEntry(property.Name, property.Value)));
        }

        return entries;
    }

    private void ReadMetadata(JsonElement metadata)
    {
        foreach (JsonProperty property in metadata.EnumerateObject())
        {
            Metadata[property.Name] = property.Value.ValueKind == JsonValueKind.String
                ? property.Value.GetString()!
                : throw Refused(MetadataName, $"\"{property.Name}\" is not a string.");
        }
    }

    private static Entry ReadEntry(string name, JsonElement element)
    {
        foreach (JsonProperty property in element.EnumerateObject())
            if (property.Name is not ("dtype" or "shape" or "data_offsets")) throw Refused(name, $"its entry has an unknown field \"{property.Name}\".");

        if (!element.TryGetProperty("dtype", out JsonElement dtype) || dtype.ValueKind != JsonValueKind.String
            || !Enum.TryParse(dtype.GetString(), out ElementType type) || type.ToString() != dtype.GetString())
            throw Refused(name, $"its dtype is not one of {string.Join(", ", Enum.GetNames<ElementType>())}.");

        long[] shape = Numbers(name, element, "shape");
        long[] offsets = Numbers(name, element, "data_offsets");
        if (offsets.Length != 2 || offsets[1] < offsets[0]) throw Refused(name, "its data_offsets are not [begin, end] with begin <= end.");
        return new Entry(type, shape, offsets[0], offsets[1]);
    }

    private static long[] Numbers(string name, JsonElement element, string field)
    {
        if (!element.TryGetProperty(field, out JsonElement array) || array.ValueKind != JsonValueKind.Array)
            throw Refused(name, $"its {field} is not a list.");
        return [.. array.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long value) && value >= 0
            ? value
            : throw Refused(name, $"its {field} holds {item.GetRawText()}, which is not a whole number from 0."))];
    }

    private static InvalidInputException Refused(string part, string reason) => new(part, reason);

    private readonly record struct Entry(ElementType Type, long[] Shape, long Begin, long End);
}

/// <summary>One named tensor of a file: row-major, little-endian.</summary>
internal sealed record Tensor(string Name, ElementType Type, long[] Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>The numbers of an F32 tensor.</summary>
    public ReadOnlySpan<float> Floats => As<float>(ElementType.F32);

    /// <summary>The numbers of an F64 tensor.</summary>
    public ReadOnlySpan<double> Doubles => As<double>(ElementType.F64);

    /// <summary>The numbers of an I64 tensor.</summary>
    public ReadOnlySpan<long> Integers => As<long>(ElementType.I64);

    private ReadOnlySpan<T> As<T>(ElementType expected)
        where T : unmanaged => Type == expected
            ? MemoryMarshal.Cast<byte, T>(Data.Span)
            : throw new InvalidInputException(Name, $"it holds {Type}, not {expected}.");
}

/// <summary>Element types by the names that the safetensors header gives them.</summary>
internal enum ElementType
{
    /// <summary>32-bit IEEE float.</summary>
    F32,

    /// <summary>64-bit IEEE float.</summary>
    F64,

    /// <summary>64-bit signed integer.</summary>
    I64,

    /// <summary>Byte.</summary>
    U8,
}

/// <summary>Sizes of element types.</summary>
internal static class ElementTypeSize
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this ElementType type) => type switch { ElementType.U8 => 1, ElementType.F32 => 4, _ => 8 };
}
