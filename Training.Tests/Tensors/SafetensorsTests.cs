using CnnService.Training.Specs;
using CnnService.Training.Tensors;
using CsCheck;

namespace CnnService.Training.Tests.Tensors;

public sealed partial class SafetensorsTests
{
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
}
