using System.IO.Compression;
using System.Net.WebSockets;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using System.Xml;
using System.Xml.XPath;
using CnnService.Api.Models;
using CnnService.Api.Pictures;
using CnnService.Api.Runs;
using CnnService.Training;
using CnnService.Training.Datasets;
using CnnService.Training.Running;
using CnnService.Training.Specs;
using Microsoft.AspNetCore.Diagnostics;

namespace CnnService.Api.Hosting;

/// <summary>
/// Does once, before the service listens, what loads a library at its first use: a library that cannot be loaded, for want of a file or of
/// memory, ends a start with its reason, and not a running service at its first request.
/// </summary>
internal static class WarmUp
{
    private static readonly Lazy<bool> Done = new(Load);

    /// <summary>Does it, once in a process, as what is loaded stays; <see cref="StartupException"/> if that is not possible.</summary>
    public static void Run()
    {
        try
        {
            _ = Done.Value;
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException or IOException)
        {
            string reason = e.GetBaseException().Message.Split('\n', 2)[0].TrimEnd();
            throw new StartupException($"A library of the service cannot be loaded: {reason} Install the service again, all of it.");
        }
    }

    private static bool Load()
    {
        foreach (Assembly assembly in (Assembly[])[typeof(WarmUp).Assembly, typeof(Trainer).Assembly])
            foreach (AssemblyName reference in assembly.GetReferencedAssemblies())
                Assembly.Load(reference);
        Assembly.Load("System.Runtime.Loader"); // of the API's description, as are the comments
        GC.KeepAlive((typeof(WebSocket), typeof(IExceptionHandlerFeature))); // of the hub, and of problems
        using (var comments = XmlReader.Create(new StringReader("<doc/>"))) new XPathDocument(comments).CreateNavigator();
        SHA256.HashData([]);
        using (var zip = new GZipStream(new MemoryStream(), CompressionLevel.Fastest)) zip.WriteByte(0);
        Predict();
        try
        {
            throw new InvalidOperationException("For its stack, which is read from a file.");
        }
        catch (InvalidOperationException e)
        {
            _ = e.ToString();
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive); // what starting took is not needed again
        return true;
    }

    // From a spec to a picture's answer.
    private static void Predict()
    {
        Dataset shapes = ShapesDataset.Create(trainCount: 40, testCount: 10);
        RunSpec spec = SpecJson.Read<RunSpec>(
            """
            {"dataset":"shapes","batchSize":10,"validationFraction":0.5,
             "model":{"type":"three-layer-conv-net","filters":1,"filterSize":3,"hiddenUnits":1}}
            """);
        using var trainer = new Trainer(spec, shapes, threads: 1);
        using var model = new LoadedModel(Model.Read(trainer.LastModel().ToArray()));
        byte[] png = PictureEncoder.ToPng(shapes.Test[0], shapes.Shape);
        float[] scores = new float[shapes.Labels.Count];
        model.Score(PictureDecoder.Decode(png, "picture", new Fitting { Resize = Resize.Squash }).ToChannels(shapes.Shape.Channels), scores);
        JsonSerializer.Serialize(new Prediction(Guid.Empty, 1, [PicturePrediction.Of(null, scores, shapes.Labels, 1)]), ApiJson.Options);
        JsonSerializer.Serialize(spec, ApiJson.Options);
    }
}
