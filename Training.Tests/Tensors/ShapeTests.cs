using CnnService.Training.Tensors;

namespace CnnService.Training.Tests.Tensors;

public sealed class ShapeTests
{
    [Fact]
    public void Lengths_Image_CountItsNumbers()
    {
        var shape = new Shape(3, 32, 16);

        Assert.Equal(512, shape.PlaneLength);
        Assert.Equal(1536, shape.Length);
    }

    [Fact]
    public void Vector_Features_IsThatManyChannelsOfOnePixel() => Assert.Equal(new Shape(10, 1, 1), Shape.Vector(10));

    [Fact]
    public void ToString_Image_IsWrittenAsATuple() => Assert.Equal("(3, 32, 16)", new Shape(3, 32, 16).ToString());
}
