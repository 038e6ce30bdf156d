using System.Buffers.Binary;
using System.Text;
using CnnService.Training.Tensors;
using CsCheck;

namespace CnnService.Training.Tests.Tensors;

public sealed class SafetensorsTests
{
    private const int Iterations = 20_000;

    [Fact]
    public void Read_WrittenFile_GivesTheSameTensorsInTheSameOrder()
    {
        Safetensors file = Safetensors.Read(Example().ToArray());

        Assert.Equal(["w", "scalar", "none", "momentum", "steps", "bytes"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([[2, 3], [], [0, 5], [2], [1], [3]], file.Tensors.Select(tensor => tensor.Shape));
        Assert.Equal([1, -2, float.NaN, float.PositiveInfinity, float.Epsilon, -0f], file["w"].Floats.ToArray());
        Assert.Equal([0.5f], file["scalar"].Floats.ToArray());
        Assert.Empty(file["none"].Doubles.ToArray());
        Assert.Equal([Math.PI, double.MaxValue], file["momentum"].Doubles.ToArray());
        Assert.Equal([long.MinValue], file["steps"].Integers.ToArray());
        Assert.Equal([7, 8, 9], file["bytes"].Data.ToArray());
        Assert.Equal(new Dictionary<string, string> { ["spec"] = "{\"a\":1}", ["näme"] = "日本 \u0001\"\\" }, file.Metadata);
    }

    [Fact]
    public void Read_FileWithoutTensors_IsEmpty()
    {
        Safetensors file = Safetensors.Read(new Safetensors().ToArray());

        Assert.Empty(file.Tensors);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void Read_TensorsInAnotherOrderThanTheirData_ComeInTheOrderOfTheirData()
    {
        byte[] bytes = File("""{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 2);

        Assert.Equal(["a", "b"], Safetensors.Read(bytes).Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void ToArray_EqualContent_GivesEqualBytes()
    {
        Safetensors one = Example(), other = Example();
        other.Metadata.Clear();
        other.Metadata["spec"] = one.Metadata["spec"]; // in another order
        other.Metadata["näme"] = one.Metadata["näme"];

        Assert.Equal(one.ToArray(), other.ToArray());
        Assert.Equal(one.ToArray(), Safetensors.Read(one.ToArray()).ToArray());
    }

    [Fact]
    public void ToArray_AnyContent_AlignsTheData()
    {
        var file = new Safetensors();
        for (int i = 0; i < 20; i++)
        {
            file.Metadata["note"] = new string('x', i);
            Assert.Equal(0, file.ToArray().Length % 8);
        }
    }

    [Fact]
    public void Indexer_AbsentName_SaysWhichTensorIsMissing()
    {
        Safetensors file = Example();

        Assert.Equal("v", Assert.Throws<InvalidInputException>(() => file["v"]).Part);
        Assert.False(file.Contains("v"));
        Assert.True(file.Contains("w"));
    }

    [Fact]
    public void Numbers_OfAnotherType_AreRefused()
    {
        Safetensors file = Example();

        Assert.Throws<InvalidInputException>(() => file["momentum"].Floats.Length);
        Assert.Throws<InvalidInputException>(() => file["w"].Doubles.Length);
        Assert.Throws<InvalidInputException>(() => file["bytes"].Integers.Length);
    }

    [Fact]
    public void Add_TakenName_IsRefused() => Assert.Throws<InvalidInputException>(() => Example().Add("w", [1], [1f]));

    [Fact]
    public void Add_NameOfTheMetadata_IsRefused() => Assert.Throws<InvalidInputException>(() => Example().Add("__metadata__", [1], [1f]));

    [Theory]
    [InlineData(new long[] { 2 }, 1)]
    [InlineData(new long[] { }, 0)]
    [InlineData(new long[] { 0 }, 1)]
    [InlineData(new long[] { -1, -1 }, 1)]
    [InlineData(new[] { 1L << 32, 1L << 32 }, 0)]
    public void Add_ShapeOfAnotherLength_IsRefused(long[] shape, int length) =>
        Assert.Throws<InvalidInputException>(() => new Safetensors().Add("x", shape, new float[length]));

    [Fact]
    public void Read_FileCutAnywhere_IsRefused()
    {
        byte[] bytes = Example().ToArray();

        for (int length = 0; length < bytes.Length; length++)
        {
            int cut = length;
            Assert.Throws<InvalidInputException>(() => Safetensors.Read(bytes.AsMemory(0, cut)));
        }
    }

    [Fact]
    public void Read_BytesAfterTheLastTensor_IsRefused()
    {
        InvalidInputException refusal = Assert.Throws<InvalidInputException>(() => Safetensors.Read((byte[])[.. Example().ToArray(), 0]));

        Assert.Equal("data: 1 bytes after the last tensor belong to none.", refusal.Message);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    [InlineData(1L << 32)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)] // 2^64 - 1: the length is unsigned
    [InlineData(-8)]
    public void Read_HeaderLengthBeyondTheFile_IsRefused(long length)
    {
        byte[] bytes = File("{}", 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);

        Assert.StartsWith("header: its length is given as ", Refusal(bytes));
    }

    [Fact]
    public void Read_HeaderAboveTheLimit_IsRefused() =>
        Assert.StartsWith("header: its length is given as ", Refusal(File("{}" + new string(' ', 16 * 1024 * 1024), 0)));

    [Theory]
    [InlineData("", "not a JSON object")]
    [InlineData("x", "not a JSON object")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("null", "not a JSON object")]
    [InlineData(" {}", "not a JSON object")]
    [InlineData("\uFEFF{}", "not a JSON object")]
    [InlineData("{", "not JSON")]
    [InlineData("{}{}", "not JSON")]
    [InlineData("{},", "not JSON")]
    [InlineData("{'a':1}", "not JSON")]
    [InlineData("{/**/}", "not JSON")]
    [InlineData("{}\0", "not JSON")]
    [InlineData("""{"a":{"b":[[[[[[[[[[]]]]]]]]]]}}""", "not JSON")]
    [InlineData("""{"\ud800":1}""", "not JSON")]
    [InlineData("""{"__metadata__":{"\udc00":"x"}}""", "not JSON")]
    [InlineData("""{"__metadata__":{"x":"\ud800"}}""", "not JSON")]
    [InlineData("""{"x":{"dtype":"\ud800","shape":[],"data_offsets":[0,4]}}""", "not JSON")]
    [InlineData("""{"x":{"\ud800":"F32","shape":[],"data_offsets":[0,4]}}""", "not JSON")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", "unique")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", "unique")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", "unique")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""", "unique")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", "unique")]
    [InlineData("""{"__metadata__":[]}""", "__metadata__: its entry is not a JSON object")]
    [InlineData("""{"__metadata__":{"k":1}}""", "__metadata__: \"k\" is not a string")]
    [InlineData("""{"__metadata__":{"k":null}}""", "__metadata__: \"k\" is not a string")]
    [InlineData("""{"x":1}""", "x: its entry is not a JSON object")]
    [InlineData("""{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"more":1}}""", "x: its entry has an unknown field \"more\"")]
    [InlineData("""{"x":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"Dtype":"U8"}}""", "x: its entry has an unknown field \"Dtype\"")]
    public void Read_HeaderOfAnotherForm_IsRefused(string header, string reason) => Assert.Contains(reason, Refusal(File(header, 0)));

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"x":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "x: its data begins at 2, inside")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "x: its data begins at 0, inside")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"x":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}}""", "x: its data begins at 2, inside")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "x: its data begins at 2, and the bytes from 1")]
    [InlineData("""{"x":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}""", "x: its data begins at 1, and the bytes from 0")]
    [InlineData("""{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "data: 1 bytes after the last tensor")]
    [InlineData("{}", "data: 4 bytes after the last tensor")]
    [InlineData("""{"x":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}""", "x: its data ends at 5, but the file has only 4")]
    [InlineData("""{"x":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", "x: its data ends at 9223372036854775807")]
    public void Read_DataWithOverlapHoleOrRest_IsRefused(string header, string reason) => Assert.Contains(reason, Refusal(File(header, 4)));

    [Theory]
    [InlineData("[4,0]")]
    [InlineData("[0]")]
    [InlineData("[0,4,4]")]
    [InlineData("[]")]
    [InlineData("[-4,0]")]
    [InlineData("[0,4.0]")]
    [InlineData("[0,4.5]")]
    [InlineData("[0,4e0]")]
    [InlineData("[0,NaN]")]
    [InlineData("[0,\"4\"]")]
    [InlineData("[0,null]")]
    [InlineData("[0,[4]]")]
    [InlineData("[0,true]")]
    [InlineData("[0,18446744073709551620]")] // 2^64 + 4
    [InlineData("[0,9223372036854775808]")]
    [InlineData("[0,1e400]")]
    [InlineData("{}")]
    [InlineData("\"0,4\"")]
    [InlineData("4")]
    [InlineData("null")]
    public void Read_OffsetsThatAreNone_IsRefused(string offsets) =>
        Refusal(File(Entry("\"F32\"", "[1]", offsets), 4));

    [Theory]
    [InlineData("[-1]")]
    [InlineData("[-1,-1]")]
    [InlineData("[1.0]")]
    [InlineData("[0.5,2]")]
    [InlineData("[1e0]")]
    [InlineData("[Infinity]")]
    [InlineData("[\"1\"]")]
    [InlineData("[null]")]
    [InlineData("[[1]]")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[0]")]
    [InlineData("[2]")]
    [InlineData("[1,2]")]
    [InlineData("[4611686018427387904,4]")] // 2^62 * 4 * 4 bytes is 0 in 64 bits
    [InlineData("[4294967296,4294967296,4294967296,4294967296]")] // 2^128 is 0 in 128 bits
    [InlineData("[9223372036854775807,9223372036854775807,9223372036854775807]")]
    [InlineData("[6148914691236517206,3]")] // 2^64 + 2 elements
    [InlineData("[9223372036854775809]")]
    public void Read_ShapeThatIsNotTheData_IsRefused(string shape) =>
        Refusal(File(Entry("\"F32\"", shape, "[0,4]"), 4));

    [Fact]
    public void Read_ShapeWhoseProductWouldWrapToZero_IsRefused() =>
        Refusal(File("""{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0));

    [Theory]
    [InlineData("\"F16\"")]
    [InlineData("\"f32\"")]
    [InlineData("\" F32\"")]
    [InlineData("\"0\"")]
    [InlineData("\"F32,F32\"")]
    [InlineData("\"\"")]
    [InlineData("0")]
    [InlineData("null")]
    [InlineData("[\"F32\"]")]
    public void Read_UnknownType_IsRefused(string type) =>
        Assert.StartsWith("x: its dtype is not one of F32, F64, I64, U8", Refusal(File(Entry(type, "[1]", "[0,4]"), 4)));

    [Theory]
    [InlineData("""{"x":{"shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"x":{"dtype":"F32","data_offsets":[0,4]}}""")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1]}}""")]
    [InlineData("""{"x":{}}""")]
    public void Read_EntryWithoutAField_IsRefused(string header) => Refusal(File(header, 4));

    [Theory]
    [InlineData("""{"__metadata__":{"k":"?"}}""")]
    [InlineData("""{"__metadata__":{"?":"v"}}""")]
    [InlineData("""{"?":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""")]
    [InlineData("""{"x":{"dtype":"?","shape":[0],"data_offsets":[0,0]}}""")]
    public void Read_InvalidUtf8_IsRefused(string header)
    {
        byte[] bytes = File(header, 0);
        bytes[bytes.IndexOf((byte)'?')] = 0xFF;

        Assert.StartsWith("header: ", Refusal(bytes));
    }

    [Fact]
    public void Read_AnyBytesChanged_ReadsOrRefuses()
    {
        byte[] bytes = Example().ToArray();

        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[1, 8].Sample(changes =>
        {
            byte[] changed = [.. bytes];
            foreach ((int position, byte value) in changes) changed[position] = value;
            return ReadsOrRefuses(changed);
        }, iter: Iterations);
    }

    [Fact]
    public void Read_AnyPieceOfTheHeaderReplaced_ReadsOrRefuses()
    {
        byte[] bytes = Example().ToArray();
        int headerLength = BinaryPrimitives.ReadInt32LittleEndian(bytes), dataLength = bytes.Length - 8 - headerLength;
        string header = Encoding.UTF8.GetString(bytes, 8, headerLength);
        string[] pieces = ["\"", "\\ud800", "\\", "{", "}", "[", "]", ",", ":", "-", "9999999999999999999", "1e99", "0", "null", "\"F32\"", "\0", "é", ""];

        Gen.Select(Gen.Int[0, header.Length], Gen.Int[0, 12], Gen.OneOf(pieces)).Sample((start, length, piece) =>
        {
            int end = Math.Min(start + length, header.Length);
            return ReadsOrRefuses(File(header[..start] + piece + header[end..], dataLength));
        }, iter: Iterations);
    }

    private static Safetensors Example()
    {
        var file = new Safetensors();
        file.Add("w", [2, 3], [1, -2, float.NaN, float.PositiveInfinity, float.Epsilon, -0f]);
        file.Add("scalar", [], [0.5f]);
        file.Add("none", [0, 5], Array.Empty<double>());
        file.Add("momentum", [2], [Math.PI, double.MaxValue]);
        file.Add("steps", ElementType.I64, [1], BitConverter.GetBytes(long.MinValue));
        file.Add("bytes", ElementType.U8, [3], new byte[] { 7, 8, 9 });
        file.Metadata["näme"] = "日本 \u0001\"\\";
        file.Metadata["spec"] = "{\"a\":1}";
        return file;
    }

    private static string Entry(string type, string shape, string offsets) =>
        $$$"""{"x":{"dtype":{{{type}}},"shape":{{{shape}}},"data_offsets":{{{offsets}}} }}""";

    private static byte[] File(string header, int dataLength)
    {
        byte[] json = Encoding.UTF8.GetBytes(header), bytes = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        return bytes;
    }

    private static string Refusal(byte[] bytes) => Assert.Throws<InvalidInputException>(() => Safetensors.Read(bytes)).Message;

    private static bool ReadsOrRefuses(byte[] bytes)
    {
        try
        {
            _ = Safetensors.Read(bytes).ToArray();
            return true;
        }
        catch (InvalidInputException)
        {
            return true;
        }
    }
}
