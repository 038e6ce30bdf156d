using System.ComponentModel.DataAnnotations;
using System.Reflection;
using CnnService.Training.Optimizers;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using CnnService.Training.Tensors;

namespace CnnService.Training.Tests;

public sealed class SpecJsonTests
{
    [Fact]
    public void Read_EmptyObject_GivesTheDocumentedDefaults()
    {
        TrainingSpec spec = SpecJson.Read<TrainingSpec>("{}");

        Assert.Equal(
            """{"seed":1,"model":{"type":"three-layer-conv-net","filters":32,"filterSize":7,"hiddenUnits":100,"weightScale":0.001},"""
            + """ "optimizer":{"type":"adam","learningRate":0.001,"beta1":0.9,"beta2":0.999,"epsilon":1E-08,"shiftFactor":1},"regularization":0.001,""".TrimStart()
            + """ "learningRateDecay":0.95,"schedule":{"type":"exponential-decay","warmup":0},"loss":{"type":"softmax-cross-entropy","labelSmoothing":0,"classWeights":"none"},"augmentations":[],"testTimeAugmentation":"none","epochs":10,"batchSize":100,"sampling":"shuffle","validationFraction":0.1}""".TrimStart(),
            SpecJson.Write(spec));
    }

    [Fact]
    public void EveryNumber_OfEveryKind_HasARange()
    {
        static bool IsNumber(Type type) => new[] { typeof(int), typeof(long), typeof(float), typeof(double) }.Contains(Nullable.GetUnderlyingType(type) ?? type);

        IEnumerable<Type> kinds = typeof(TrainingSpec).Assembly.GetTypes()
            .Where(type => type.IsDefined(typeof(SpecNameAttribute))).Append(typeof(TrainingSpec)).Append(typeof(GradientClipping));
        PropertyInfo[] numbers = [.. kinds.SelectMany(kind => kind.GetProperties()).Where(field => field.CanWrite && IsNumber(field.PropertyType))];

        Assert.True(numbers.Length > 40);
        Assert.Empty(numbers.Where(field => !field.IsDefined(typeof(RangeAttribute))).Select(field => $"{field.DeclaringType!.Name}.{field.Name}"));
    }

    [Fact]
    public void Read_TypeNotFirst_IsFine() =>
        Assert.Equal(new Sgd { LearningRate = 0.5 }, SpecJson.Read<OptimizerSpec>("""{"learningRate":0.5,"type":"sgd"}"""));

    [Theory]
    [InlineData("""{"epochs":""", "", "line 1")]
    [InlineData("[]", "", "object")]
    [InlineData("""{"epoch":3}""", "epoch", "known are seed, model")]
    [InlineData("""{"epochs":3,"epochs":4}""", "epochs", "more than once")]
    [InlineData("""{"epochs":0}""", "epochs", "is 0; give a number from 1 to 10000")]
    [InlineData("""{"epochs":1.5}""", "epochs", "is 1.5; give a whole number")]
    [InlineData("""{"epochs":"3"}""", "epochs", "whole number")]
    [InlineData("""{"epochs":99999999999}""", "epochs", "from 1 to 10000")]
    [InlineData("""{"epochs":2.0}""", "epochs", "is 2.0; give a whole number without point or exponent")]
    [InlineData("""{"regularization":1e400}""", "regularization", "give a number from 0 to 10")]
    [InlineData("""{"model":{"type":"layers","layers":[{"type":"relu","size":1}]}}""", "model.layers[0].size", "there is none but type")]
    [InlineData("null", "", "the JSON is null; give an object")]
    [InlineData("""{"epochs":null}""", "epochs", "leave the field out")]
    [InlineData("""{"seed":-1}""", "seed", "is -1; give a number from 0")]
    [InlineData("""{"seed":9007199254740992}""", "seed", "give a number from 0")]
    [InlineData("""{"learningRateDecay":0}""", "learningRateDecay", "above 0")]
    [InlineData("""{"regularization":"NaN"}""", "regularization", "give a number")]
    [InlineData("""{"optimizer":{"type":"adam","learningRate":1e999}}""", "optimizer.learningRate", "is 1e999; give a number above 0")]
    [InlineData("""{"validationFraction":0.6}""", "validationFraction", "from 0.01 to 0.5")]
    [InlineData("""{"sampling":"Shuffle"}""", "sampling", "shuffle, replacement")]
    [InlineData("""{"sampling":0}""", "sampling", "shuffle, replacement")]
    [InlineData("""{"optimizer":"adam"}""", "optimizer", "object")]
    [InlineData("""{"optimizer":{}}""", "optimizer.type", "is missing; give one of adam, adamw, rmsprop, sgd, sgd-momentum")]
    [InlineData("""{"optimizer":{"type":"adam","type":"adam"}}""", "optimizer.type", "more than once")]
    [InlineData("""{"optimizer":{"type":"lion"}}""", "optimizer.type", "\"lion\", which is unknown; give one of adam")]
    [InlineData("""{"optimizer":{"type":7}}""", "optimizer.type", "unknown")]
    [InlineData("""{"optimizer":{"type":"adam","beta1":1}}""", "optimizer.beta1", "up to, but not, 1")]
    [InlineData("""{"optimizer":{"type":"sgd","momentum":0.5}}""", "optimizer.momentum", "not a known field; known are learningRate, shiftFactor")]
    [InlineData("""{"optimizer":{"type":"sgd","learningRate":0}}""", "optimizer.learningRate", "above 0")]
    [InlineData("""{"model":{"type":"layers"}}""", "model.layers", "is missing")]
    [InlineData("""{"model":{"type":"layers","layers":{}}}""", "model.layers", "give a list")]
    [InlineData("""{"model":{"type":"layers","layers":[{"type":"relu"},{"type":"softmax"}]}}""", "model.layers[1].type", "affine, average-pool, batch-norm")]
    [InlineData("""{"model":{"type":"layers","layers":[{"type":"convolution","size":3}]}}""", "model.layers[0].filters", "is missing")]
    [InlineData("""{"model":{"type":"layers","layers":[{"type":"dropout","keep":0}]}}""", "model.layers[0].keep", "above 0")]
    [InlineData("""{"model":{"type":"layers","layers":[{"type":"dropout","keep":true}]}}""", "model.layers[0].keep", "give a number")]
    public void Read_BadSpec_NamesFieldAndRemedy(string json, string part, string reason)
    {
        var refused = Assert.Throws<InvalidInputException>(() => SpecJson.Read<TrainingSpec>(json));

        Assert.Equal(part, refused.Part);
        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"convolution","filters":4,"size":9},{"type":"affine"}""", "model.layers[0].size", "window 9x9 does not fit input (3, 8, 8); use padding >= 1")]
    [InlineData("""{"type":"max-pool","size":9},{"type":"affine"}""", "model.layers[0].size", "window of at most 8x8")]
    [InlineData("""{"type":"convolution","filters":4,"size":3,"height":3,"width":3},{"type":"affine"}""", "model.layers[0].size", "either size, or height and width")]
    [InlineData("""{"type":"convolution","filters":4,"height":3},{"type":"affine"}""", "model.layers[0].size", "either size, or height and width")]
    [InlineData("""{"type":"affine"},{"type":"relu"},{"type":"affine"}""", "model.layers[0].units", "last layer only")]
    [InlineData("""{"type":"affine","units":7}""", "model.layers", "gives 7 numbers, but there are 4 classes")]
    [InlineData("""{"type":"relu"}""", "model.layers", "gives 192 numbers, but there are 4 classes")]
    [InlineData("""{"type":"residual","layers":[{"type":"relu"},{"type":"max-pool","size":9}]},{"type":"affine"}""", "model.layers[0].layers[1].size", "window of at most 8x8")]
    [InlineData("""{"type":"residual","layers":[{"type":"affine"}]},{"type":"affine"}""", "model.layers[0].layers[0].units", "last layer only")]
    [InlineData("""{"type":"residual","layers":[]},{"type":"affine"}""", "model.layers[0].layers", "has 0 layers; give 1 to 200")]
    [InlineData("""{"type":"residual","layers":[{"type":"convolution","filters":3,"size":3}]},{"type":"affine"}""", "model.layers[0].layers", "(3, 8, 8) goes in and (3, 6, 6) comes out")]
    [InlineData("""{"type":"residual","projection":"none","layers":[{"type":"convolution","filters":4,"size":1}]},{"type":"affine"}""", "model.layers[0].layers", "let projection be auto")]
    [InlineData("""{"type":"affine","units":65536},{"type":"affine","units":65536},{"type":"affine"}""", "model.layers[1]", "over 268,435,456 parameters")]
    public void Network_ThatDoesNotFit_NamesLayerAndRemedy(string layers, string part, string reason)
    {
        ModelSpec model = SpecJson.Read<ModelSpec>($$"""{"type":"layers","layers":[{{layers}}]}""");

        var refused = Assert.Throws<InvalidInputException>(() => new Network(model, new Shape(3, 8, 8), 4));

        Assert.Equal(part, refused.Part);
        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Network_EvenFilterSize_NamesTheField()
    {
        var refused = Assert.Throws<InvalidInputException>(() => new Network(new ThreeLayerConvNet { FilterSize = 4 }, new Shape(3, 8, 8), 4));

        Assert.Equal("model.filterSize", refused.Part);
    }

    [Fact]
    public void Network_NoLayers_IsRefused() =>
        Assert.Equal("model.layers", Assert.Throws<InvalidInputException>(() => new Network(new LayerList(), new Shape(3, 8, 8), 4)).Part);

    [Fact]
    public void CheckValues_NotANumberInCode_IsRefused()
    {
        var refused = Assert.Throws<InvalidInputException>(() => SpecJson.CheckValues(new Sgd { LearningRate = double.NaN }, "optimizer"));

        Assert.Equal("optimizer.learningRate", refused.Part);
    }

    [Fact]
    public void Parameters_OfTheThreeLayerNet_HaveTheNamesAndShapesOfTheParametersFile()
    {
        var network = new Network(new ThreeLayerConvNet(), new Shape(3, 32, 32), 10);

        Assert.Equal(
            ["layers.0.weight [32,3,7,7]", "layers.0.bias [32]", "layers.3.weight [8192,100]", "layers.3.bias [100]", "layers.5.weight [100,10]", "layers.5.bias [10]"],
            network.Layout.Parameters.Select(p => $"{p.Name} [{string.Join(',', p.Parameter.Shape)}]"));
        Assert.Equal(4704 + 32 + 819200 + 100 + 1000 + 10, network.ParameterCount);
    }
}
