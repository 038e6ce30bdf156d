#!/usr/bin/env dotnet
#:project ../Api/Api.csproj
#:property PublishAot=false

// Writes pictures to upload, so that the tour can be followed without any of one's own: pictures.zip, a folder for each class, and picture.png.

using System.IO.Compression;
using CnnService.Api.Pictures;
using CnnService.Training.Datasets;

Dataset shapes = ShapesDataset.Create();
using (var archive = new ZipArchive(File.Create("pictures.zip"), ZipArchiveMode.Create))
{
    for (int i = 0; i < shapes.Train.Count; i++)
    {
        using Stream entry = archive.CreateEntry($"{shapes.Labels[shapes.Train.Labels[i]]}/{i:D4}.png").Open();
        entry.Write(PictureEncoder.ToPng(shapes.Train[i], shapes.Shape));
    }
}

File.WriteAllBytes("picture.png", PictureEncoder.ToPng(shapes.Test[0], shapes.Shape));
Console.WriteLine($"pictures.zip: {shapes.Train.Count} pictures in {shapes.Labels.Count} classes. picture.png shows a {shapes.Labels[shapes.Test.Labels[0]]}.");
