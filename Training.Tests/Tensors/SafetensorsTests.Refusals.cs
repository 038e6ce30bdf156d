using System.Buffers.Binary;
using System.Text;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;
using CsCheck;

namespace CnnService.Training.Tests.Tensors;

/// <summary>Every lie that a header can tell is refused, and nothing but a refusal comes of any bytes.</summary>
public sealed partial class SafetensorsTests
{
    private const int Iterations = 20_000;

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
