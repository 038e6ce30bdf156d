using System.Text;
using CnnService.Api.Tests.Pictures;
using SkiaSharp;

namespace CnnService.Api.Tests;

/// <summary>The requests of <see cref="BadInputTests"/>.</summary>
internal static class BadRequests
{
    private const string InBase64 = "\r\nContent-Transfer-Encoding: base64"; // a header of the part
    private const string Predict = "/api/runs/{trained}/predict", Nobody = "/api/runs/00000000-0000-0000-0000-000000000000";

    private static readonly byte[] Png = PictureFiles.Png(0, PictureFiles.Greys);
    private static readonly byte[] Jpeg = PictureFiles.Encoded(SKEncodedImageFormat.Jpeg, PictureFiles.Colours);

    private static readonly BadRequest[] Submitted = [.. Json(), .. Numbers(), .. Models(), .. Runs()];

    /// <summary>All of them; what is refused as a run is refused in the same way where it is only tried out.</summary>
    public static IReadOnlyList<BadRequest> All { get; } =
    [
        .. Submitted, .. Submitted.Where(request => request is { Method: "POST", Address: "/api/runs", Headers.Count: 0 })
            .Select(request => request with { Name = $"preflight: {request.Name}", Address = "/api/runs/preflight" }),
        .. Events(), .. PictureBodies(), .. PictureForms(), .. Datasets(), .. Uploads(), .. Hosting(),
    ];

    private static IEnumerable<BadRequest> Json()
    {
        yield return Submit("empty body", "", null) with { Says = "The body is empty" };
        foreach (string cut in (string[])["{", "[", """{"dataset":""", """{"dataset":"shapes" """, """{"dataset":"shapes",""", """{"model":{"layers":[{}]"""])
            yield return Submit($"cut off after {cut}", cut, null) with { Says = "it ends there, before its last" };
        yield return Submit("two values", """{"dataset":"shapes"} {}""", null);
        yield return Submit("trailing comma", """{"dataset":"shapes",}""", null) with { Says = "take the comma away" };
        yield return Submit("trailing comma in a list", "{\"dataset\":\"shapes\",\n\"augmentations\":[{\"type\":\"flip\"}, ]}", null) with { Says = "line 2, byte 35; a comma" };
        yield return Submit("object of JavaScript", "[object Object]", null) with { Says = "JSON.stringify" };
        yield return Submit("quotes of cmd.exe", "'{dataset:shapes}'", null) with { Says = "cmd.exe" };
        yield return Submit("comment", "{\"dataset\":\"shapes\", // mine\n\"epochs\":1}", null) with { Says = "no comments" };
        yield return Submit("comment at the end", """{"dataset":"shapes"} # mine""", null) with { Says = "no comments" };
        yield return Submit("name without quotes", """{"dataset":"shapes", epochs: 2}""", null) with { Says = "names stand in double quotes" };
        yield return Submit("first name without quotes", """{dataset: "shapes"}""", null) with { Says = "names stand in double quotes" };
        yield return Submit("single quotes", """{'dataset':'shapes'}""", null) with { Says = "double quotes" };
        yield return Submit("comma missing", """{"dataset":"shapes" "epochs":2}""", null) with { Says = "a comma or a colon is missing" };
        yield return Submit("literal NaN", """{"dataset":"shapes","regularization":NaN}""", null);
        yield return Submit("too deep", new string('[', 5000) + new string(']', 5000), null) with { Says = "too deeply" };
        BadRequest notUtf8 = new BadRequest("not UTF-8", "POST", "/api/runs", 400) with { Says = "send it as UTF-8" };
        yield return notUtf8.With([.. "{\"dataset\":\"shapes"u8, 0xFF, .. "\"}"u8], "application/json");
        yield return notUtf8.With([.. "{\""u8, 0xFF, .. "\":1}"u8], "application/json") with { Name = "field not UTF-8" };
        yield return Submit("null as dataset", """{"dataset":null}""", "dataset") with { Says = "give a value" };
        yield return Submit("epochs beyond all numbers", """{"dataset":"shapes","epochs":99999999999}""", "epochs") with { Says = "from 1 to 10000" };
        yield return Submit("half a character as field", """{"dataset":"shapes","\ud800":1}""", null);
        yield return Submit("half a character as name", """{"dataset":"shapes","name":"\ud800"}""", "name");
        yield return Submit("half a character as sampling", """{"dataset":"shapes","sampling":"\ud800"}""", "sampling");
        yield return Submit("half a character as type", """{"dataset":"shapes","model":{"type":"\ud800"}}""", "model.type");
        yield return Submit("half a character as dataset", """{"dataset":"\ud800"}""", "dataset");
        yield return Submit("list", "[]", null);
        yield return Submit("null", "null", null);
        yield return Submit("no dataset", "{}", "dataset");
        yield return Submit("unknown dataset", """{"dataset":"nothing"}""", "dataset");
        yield return Spec("dataset", "7", "another kind") with { Name = "dataset given twice" };
        yield return Spec("colour", "\"red\"", "unknown field");
        yield return Spec("Epochs", "1", "wrong case");
        yield return Spec("seed", "1,\"seed\":2", "given twice");
        yield return Spec("name", "null", "null");
        yield return Spec("name", $"\"{new string('x', 101)}\"", "too long");
        yield return Spec("model", "\"layers\"", "another kind");
        yield return Spec("optimizer", "[]", "another kind");
        yield return Submit("augmentation of no kind", """{"dataset":"shapes","augmentations":[{"type":"flip"},{"type":"magic"}]}""", "augmentations[1].type");
        yield return Submit("augmentation out of range", """{"dataset":"shapes","augmentations":[{"type":"cutout","size":0}]}""", "augmentations[0].size");
        yield return Submit("too many augmentations", $$"""{"dataset":"shapes","augmentations":[{{string.Join(',', Enumerable.Repeat("""{"type":"flip"}""", 21))}}]}""", "augmentations")
            with
        { Says = "at most 20" };
        yield return Submit("preset of no kind", """{"dataset":"shapes","preset":"large"}""", "preset") with { Says = "known are three-layer-conv-net, small" };
        yield return Submit("decay beside a preset's schedule", """{"dataset":"shapes","preset":"small","learningRateDecay":0.9}""", "learningRateDecay");
        yield return Submit("average of no kind", """{"dataset":"shapes","averaging":{"type":"mean"}}""", "averaging.type");
        yield return Submit("average that never moves", """{"dataset":"shapes","averaging":{"type":"exponential","decay":1}}""", "averaging.decay");
        yield return Submit("lookahead every 0", """{"dataset":"shapes","averaging":{"type":"lookahead","every":0}}""", "averaging.every");
        yield return Submit("patience without epochs", """{"dataset":"shapes","stopping":{"type":"patience"}}""", "stopping.epochs");
        yield return Submit("patience of another metric", """{"dataset":"shapes","stopping":{"type":"patience","epochs":3,"metric":"loss"}}""", "stopping.metric")
            with
        { Says = "give one of validationAccuracy, validationLoss" };
        yield return Submit("views of no kind", """{"dataset":"shapes","testTimeAugmentation":"mirrorTranslate"}""", "testTimeAugmentation")
            with
        { Says = "give one of none, mirror, mirror-translate" };
        yield return Submit("decay beside a schedule", """{"dataset":"shapes","schedule":{"type":"cosine"},"learningRateDecay":0.9}""", "learningRateDecay")
            with
        { Says = "belongs to the schedule exponential-decay" };
    }

    private static IEnumerable<BadRequest> Numbers()
    {
        foreach ((string field, string[] values) in ((string, string[])[])[
            ("seed", ["-1", "9007199254740992", "1e400", "0.5", "\"1\""]), ("regularization", ["-0.1", "10.1", "\"NaN\"", "1e999"]), ("learningRateDecay", ["0", "1.1", "true"]),
            ("epochs", ["0", "10001", "99999999999", "1.5"]), ("batchSize", ["0", "10001", "9999"]), ("sampling", ["\"random\"", "0", "\"Shuffle\""]),
            ("validationFraction", ["0", "0.51"]), ("logEvery", ["-1", "1000001"])])
            foreach (string value in values)
                yield return Spec(field, value, value);

        foreach ((string type, string field, string value) in ((string, string, string)[])[
            ("sgd", "learningRate", "0"), ("sgd", "learningRate", "1001"), ("sgd", "momentum", "0.9"), ("sgd-momentum", "momentum", "1"), ("sgd-momentum", "learningRate", "-1"),
            ("rmsprop", "decayRate", "1"), ("rmsprop", "decayRate", "-0.1"), ("rmsprop", "epsilon", "0"), ("adam", "beta1", "1"), ("adam", "beta2", "-0.1"), ("adam", "epsilon", "0"),
            ("adamw", "weightDecay", "11"), ("sgd", "shiftFactor", "-1")])
            yield return Spec("optimizer", $$"""{"type":"{{type}}","{{field}}":{{value}}}""", $"{type}, {field} {value}", $"optimizer.{field}");

        foreach ((string field, string value) in ((string, string)[])[
            ("filters", "0"), ("filters", "4097"), ("filterSize", "4"), ("filterSize", "257"), ("hiddenUnits", "0"), ("hiddenUnits", "65537"), ("weightScale", "-1"), ("weightScale", "101"), ("depth", "3")])
            yield return Spec("model", $$"""{"type":"three-layer-conv-net","{{field}}":{{value}}}""", $"{field} {value}", $"model.{field}");
    }

    private static IEnumerable<BadRequest> Models()
    {
        foreach (string field in (string[])["model", "optimizer", "schedule", "loss"])
        {
            yield return Spec(field, "{}", "no type", $"{field}.type");
            yield return Spec(field, """{"type":"magic"}""", "unknown type", $"{field}.type") with { Says = "give one of" };
            yield return Spec(field, """{"type":"sgd","type":"adam"}""", "two types", $"{field}.type") with { Says = "give one of" };
            yield return Spec(field, """{"type":3}""", "type of another kind", $"{field}.type") with { Says = "give one of" };
        }

        yield return Spec("model", """{"type":"layers"}""", "no layers", "model.layers");
        foreach ((string layers, string field) in ((string, string)[])[
            ("", ""), ("{}", "[0].type"), ("""{"type":"magic"}""", "[0].type"), ("7", "[0]"), (string.Join(',', Enumerable.Repeat("""{"type":"relu"}""", 201)), ""),
            ("""{"type":"convolution","size":3},{"type":"affine"}""", "[0].filters"), ("""{"type":"convolution","filters":2},{"type":"affine"}""", "[0].size"),
            ("""{"type":"convolution","filters":2,"size":3,"height":3},{"type":"affine"}""", "[0].size"),
            ("""{"type":"convolution","filters":2,"size":3,"stride":0},{"type":"affine"}""", "[0].stride"),
            ("""{"type":"convolution","filters":2,"size":3,"padding":-1},{"type":"affine"}""", "[0].padding"),
            ("""{"type":"convolution","filters":2,"size":3,"bias":1},{"type":"affine"}""", "[0].bias"), ("""{"type":"max-pool","size":256},{"type":"affine"}""", "[0].size"),
            ("""{"type":"convolution","filters":2,"size":6,"initialization":"whitening"},{"type":"affine"}""", "[0].initialization"),
            ("""{"type":"relu"},{"type":"convolution","filters":2,"size":3,"initialization":"whitening"},{"type":"affine"}""", ""),
            ("""{"type":"batch-norm","momentum":1},{"type":"affine"}""", "[0].momentum"), ("""{"type":"batch-norm","epsilon":0},{"type":"affine"}""", "[0].epsilon"),
            ("""{"type":"dropout"},{"type":"affine"}""", "[0].keep"), ("""{"type":"relu"},{"type":"dropout","keep":0},{"type":"affine"}""", "[1].keep"),
            ("""{"type":"affine"},{"type":"affine"}""", "[0].units"), ("""{"type":"affine","units":0}""", "[0].units"), ("""{"type":"affine","units":7}""", ""), ("""{"type":"relu"}""", "")])
            yield return Spec("model", $$"""{"type":"layers","layers":[{{layers}}]}""", layers.Length > 90 ? $"{layers[..90]}..." : layers, $"model.layers{field}");
        foreach (string misfit in (string[])["""{"type":"convolution","filters":2,"size":40}""", """{"type":"max-pool","size":33}"""])
            yield return Spec("model", $$"""{"type":"layers","layers":[{{misfit}},{"type":"affine"}]}""", $"{misfit} does not fit", "model.layers[0].size") with { Says = "does not fit" };
        yield return Spec("model", """{"type":"three-layer-conv-net","filters":512,"hiddenUnits":2000}""", "too much memory") with { Says = "MB is the limit" };
        yield return Spec("model", """{"type":"three-layer-conv-net","filters":4096,"hiddenUnits":65536}""", "too many parameters");
    }

    private static IEnumerable<BadRequest> Runs()
    {
        yield return new BadRequest("run as text", "POST", "/api/runs", 415).With("{}"u8.ToArray(), "text/plain") with { Says = "application/json" };
        yield return new BadRequest("preflight of another page", "OPTIONS", "/api/runs", 403) { Says = "Security:AllowedOrigins" }
            .With("Origin", "http://other.example").With("Access-Control-Request-Method", "POST");
        yield return Submit("from a page of a file", "{}", null, 403).With("Origin", "null") with { Says = "opened from a file" };
        yield return new BadRequest("run without content type", "POST", "/api/runs", 415).With("{}"u8.ToArray(), null);
        yield return new BadRequest("UTF-16 by its type", "POST", "/api/runs", 415).With("{}"u8.ToArray(), "application/json; charset=utf-16") with { Says = "JSON is UTF-8" };
        yield return Submit("run over 256 KB", $$"""{"dataset":"{{new string('x', 300_000)}}"}""", null, 413);
        yield return Submit("long key", """{"dataset":"shapes"}""", "Idempotency-Key").With("Idempotency-Key", new string('k', 201));
        yield return Submit("key of another body", """{"dataset":"shapes"}""", null, 422).With("Idempotency-Key", "used");
        yield return new BadRequest("presets for no dataset", "GET", "/api/presets?dataset=nothing", 404) { Says = "Dataset nothing not found" };
        yield return new BadRequest("presets for a dataset without a name", "GET", "/api/presets?dataset=", 400, "dataset") { Says = "leave it out" };
        foreach (string query in (string[])["state=done", "state=Queued", "state=", "state=1", "limit=0", "limit=1001", "limit=-1", "limit=many", "limit=1.5", "after=middle", "after=", "limit=1&limit=2"])
            yield return new BadRequest($"list {query}", "GET", $"/api/runs?{query}", 400, query[..query.IndexOf('=', StringComparison.Ordinal)]);
        foreach (string ids in (string[])["?ids={trained}", "?ids={trained},{trained}", "?ids={trained},42", ""]) yield return new BadRequest($"compare{ids}", "GET", $"/api/runs/compare{ids}", 400, "ids");
        foreach (string query in (string[])["points=0", "points=2001", "points=many", "from=0", "to=0", "to=4&from=5"])
            yield return new BadRequest($"curve {query}", "GET", $"/api/runs/{{trained}}/curve?{query}", 400, query[..query.IndexOf('=', StringComparison.Ordinal)]);
        foreach (string form in (string[])["png", "svg"])
            foreach (string ids in (string[])["42", "{trained},", ",", "00000000-0000-0000-0000-000000000000", string.Join(',', Enumerable.Range(1, 9).Select(i => new Guid(i, 0, 0, new byte[8])))])
                yield return new BadRequest($"plot.{form} with {ids}", "GET", $"/api/runs/{{trained}}/plot.{form}?runs={ids}", 400, "runs");
        yield return new BadRequest("compare with no run", "GET", "/api/runs/compare?ids={trained},00000000-0000-0000-0000-000000000000", 404);
        foreach (string verb in (string[])["pause", "resume", "cancel"])
        {
            yield return new BadRequest($"{verb} of no run", "POST", $"{Nobody}/{verb}", 404);
            yield return new BadRequest($"{verb} of a completed run", "POST", $"/api/runs/{{trained}}/{verb}", 409) { Says = "completed" };
            yield return new BadRequest($"{verb} by GET", "GET", $"/api/runs/{{trained}}/{verb}", 405);
        }

        foreach (string part in (string[])["", "/events", "/curve", "/parameters", "/filters.png", "/confusion", "/mistakes", "/plot.png", "/plot.svg", "/report.html"])
        {
            yield return new BadRequest($"no run{part}", "GET", Nobody + part, 404);
            yield return new BadRequest($"an id that is none{part}", "GET", $"/api/runs/42{part}", 404);
        }

        yield return new BadRequest("delete no run", "DELETE", Nobody, 404);
        yield return new BadRequest("parameters of another ETag", "GET", "/api/runs/{trained}/parameters", 412) { Says = "ETag" }.With("If-Match", "\"other\"");
        yield return new BadRequest("range behind the end", "GET", "/api/runs/{trained}/parameters", 416) { Says = "bytes" }.With("Range", "bytes=99999999-");
        foreach (string part in (string[])["parameters", "filters.png", "confusion", "mistakes"])
            yield return new BadRequest($"{part} of an untrained run", "GET", $"/api/runs/{{paused}}/{part}", 409);
        yield return new BadRequest("last parameters of a paused run", "GET", "/api/runs/{paused}/parameters?which=last", 409) { Says = "no parameters yet" };
        foreach (string query in (string[])["true=hexagon", "predicted=hexagon", "limit=0", "limit=1001", "after=-1"])
            yield return new BadRequest($"mistakes {query}", "GET", $"/api/runs/{{trained}}/mistakes?{query}", 400, query[..query.IndexOf('=', StringComparison.Ordinal)]);
        foreach (string which in (string[])["middle", "Best", "0"])
            yield return new BadRequest($"parameters {which}", "GET", $"/api/runs/{{trained}}/parameters?which={which}", 400, "which");
        foreach ((string method, string address) in ((string, string)[])[("PUT", "/api/runs"), ("DELETE", "/api/runs"), ("PATCH", "/api/runs/{trained}"), ("POST", "/api/runs/{trained}/events"), ("GET", Predict)])
            yield return new BadRequest($"{method} {address}", method, address, 405);
    }

    private static IEnumerable<BadRequest> Events()
    {
        foreach (string query in (string[])["after=-1", "after=first", "after=1.5", "after=99999999999999999999", "limit=0", "limit=10001", "limit=all", "limit=", "after="])
            yield return new BadRequest($"events {query}", "GET", $"/api/runs/{{trained}}/events?{query}", 400, query[..5]);
        yield return new BadRequest("stream of no run", "GET", $"{Nobody}/events", 404).With("Accept", "text/event-stream");
        yield return new BadRequest("stream after -1", "GET", "/api/runs/{trained}/events?after=-1", 400, "after").With("Accept", "text/event-stream");
    }

    private static IEnumerable<BadRequest> PictureBodies()
    {
        foreach ((string name, byte[] content) in ((string, byte[])[])[
            ("empty picture", []), ("text as picture", "no picture"u8.ToArray()), ("cut PNG", Png[..^30]), ("PNG header", Png[..33]), ("cut JPEG", Jpeg[..(Jpeg.Length / 3)]),
            ("JPEG header", Jpeg[..20]), ("forged PNG", PictureFiles.Png(2, new byte[90_000], width: 30000, height: 30000)), ("forged JPEG", PictureFiles.PlainJpeg(3, 30000, 30000)),
            ("PNG without size", PictureFiles.Png(0, [], width: 0)), ("PNG of negative size", PictureFiles.Png(0, [], width: -1, height: -1))])
            yield return Picture(name, content, "body") with { Address = $"{Predict}?resize=true" };

        yield return Picture("PNG by curl -d", [.. Png.Where(value => value is not ((byte)'\r' or (byte)'\n'))], "body") with { Says = "--data-binary" };
        yield return Picture("HEIC", [0, 0, 0, 24, .. "ftypheic"u8, .. new byte[40]], "body") with { Says = "is a HEIC, which is not read; save it as JPEG" };
        yield return Picture("PNG of 16x16", PictureFiles.Png(0, new byte[256], width: 16, height: 16), "body") with { Says = "resize=true" };
        yield return Picture("picture as text", Png, null, 415) with { ContentType = "text/plain" };
        yield return Picture("picture as PDF", Png, null, 415) with { ContentType = "application/pdf" };
        yield return Picture("text without content type", "no picture"u8.ToArray(), "body") with { ContentType = null };
        BadRequest untyped = Picture("empty body without content type", [], null, 415) with { ContentType = null };
        yield return untyped with { Says = "The content type is missing" };
        yield return untyped with
        {
            Name = "form without content type",
            Status = 400,
            Field = "body",
            Body = "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n"u8.ToArray(),
            Says = "no Content-Type tells how its parts are divided",
        };
        yield return Picture("no body", [], null, 415) with { Body = null };
        yield return Picture("11 MB", new byte[11 << 20], null, 413);
        foreach (string query in (string[])["topK=0", "topK=-1", "topK=five", "topK=99999999999999999999", "resize=maybe", "resize=1", "testTimeAugmentation=both", "testTimeAugmentation=Mirror"])
            yield return Picture(query, Png, query[..query.IndexOf('=', StringComparison.Ordinal)]) with { Address = $"{Predict}?{query}" };
        yield return Picture("picture for no run", Png, null, 404) with { Address = $"{Nobody}/predict" };
        yield return Picture("picture for an untrained run", Png, null, 409) with { Address = "/api/runs/{paused}/predict" };
    }

    private static IEnumerable<BadRequest> PictureForms()
    {
        var form = new BadRequest("form", "POST", Predict, 400, "file");
        yield return form.WithForm() with { Name = "form without parts" };
        yield return form.WithForm(("picture; filename=a.png", Png)) with { Name = "form with another part", Field = "picture" };
        yield return form.WithForm(("file; filename=good.png", Png), ("file; filename=bad.png", Png[..40])) with { Name = "form with one bad picture", Field = "bad.png", Says = "bad.png" };
        yield return form.WithForm([.. Enumerable.Repeat(("file; filename=a.png", Png), 1001)]) with { Name = "form of 1001 pictures" };
        yield return form.WithForm(("file; filename=a.png", new byte[11 << 20])) with { Name = "form of 11 MB", Status = 413, Field = null };
        yield return form.WithForm(($"file; filename=a.png{InBase64}", Png)) with { Name = "form with a part in base64", Says = "Content-Transfer-Encoding base64" };
        yield return form.With("nothing"u8.ToArray(), "multipart/form-data; boundary=x") with { Name = "form without boundaries" };
        yield return form.With(Png, "multipart/form-data") with { Name = "form of no boundary", Field = null };
        BadRequest whole = form.WithForm(("file; filename=a.png", Png));
        yield return whole with { Name = "form under the type of a picture", ContentType = "image/png; boundary=boundary", Field = "body", Says = "leave the header out" };
        yield return whole with { Name = "cut form", Body = whole.Body![..^20] };
        yield return whole with { Name = "form without its last dashes", Body = whole.Body![..^4], Says = "ends early" };
    }

    private static IEnumerable<BadRequest> Datasets()
    {
        foreach (string query in (string[])["limit=0", "limit=1001", "limit=some"]) yield return new BadRequest($"datasets {query}", "GET", $"/api/datasets?{query}", 400, "limit");
        foreach (string method in (string[])["GET", "DELETE"]) yield return new BadRequest($"{method} no dataset", method, "/api/datasets/nothing", 404);
        yield return new BadRequest("delete a dataset in use", "DELETE", "/api/datasets/shapes", 409);
        foreach (string image in (string[])["999999", "-1", "99999999999", "first"]) yield return new BadRequest($"image {image}", "GET", $"/api/datasets/shapes/images/{image}.png", 404);
        yield return new BadRequest("image of another part", "GET", "/api/datasets/shapes/images/0.png?part=middle", 400, "part");
        foreach (string place in (string[])["images/0.png", "images", "sheet.png"]) yield return new BadRequest($"{place} of no dataset", "GET", $"/api/datasets/nothing/{place}", 404);
        foreach (string query in (string[])["part=middle", "label=hexagon", "limit=0", "limit=1001", "after=last"])
            yield return new BadRequest($"images {query}", "GET", $"/api/datasets/shapes/images?{query}", 400, query[..query.IndexOf('=', StringComparison.Ordinal)]);
        foreach (string query in (string[])["part=middle", "label=hexagon", "columns=0", "columns=129", "rows=0", "rows=65", "offset=-1", "indices=1,x", "indices=-1", "indices=999999", "indices=2147483648", "indices=1,", "label=circle&indices=1"])
            yield return new BadRequest($"sheet {query}", "GET", $"/api/datasets/shapes/sheet.png?{query}", 400, query[..query.IndexOf('=', StringComparison.Ordinal)]);
        foreach ((string method, string address) in ((string, string)[])[("PUT", "/api/datasets"), ("POST", "/api/datasets/shapes"), ("DELETE", "/api/datasets/shapes/images/0.png")])
            yield return new BadRequest($"{method} {address}", method, address, 405);
    }

    private static IEnumerable<BadRequest> Uploads()
    {
        (string, byte[]) name = ("name", "mine"u8.ToArray()), file = ("file; filename=a.zip", "no archive"u8.ToArray());
        var upload = new BadRequest("upload", "POST", "/api/datasets", 400);
        yield return upload.WithForm(("name", "shapes"u8.ToArray()), ("file; filename=a.zip", "PK"u8.ToArray())) with { Name = "upload under a taken name", Status = 409, Field = "name" };
        yield return upload.WithForm(name, file).With("Content-Encoding", "gzip") with { Name = "upload packed for its way", Status = 415, Says = "gzip" };
        yield return upload.WithForm(name, ($"file; filename=a.zip{InBase64}", "UEsDBA=="u8.ToArray())) with { Name = "upload in base64", Field = "file", Says = "Content-Transfer-Encoding base64" };
        yield return upload.WithJson("{}") with { Name = "upload as JSON", Status = 415 };
        yield return upload.With([], "multipart/form-data") with { Name = "upload of no boundary" };
        yield return upload.With("nothing"u8.ToArray(), "multipart/form-data; boundary=x") with { Name = "upload without boundaries" };
        yield return upload.WithForm(file) with { Name = "upload without name", Field = "name" };
        yield return upload.WithForm(name) with { Name = "upload without file", Field = "file" };
        yield return upload.WithForm(name, ("file", [])) with { Name = "upload without file name", Field = "file" };
        yield return upload.WithForm(name, file) with { Name = "upload of no archive", Field = "file" };
        yield return upload.WithForm(name, ("file; filename=a.txt", "text"u8.ToArray())) with { Name = "upload of another format", Field = "file" };
        yield return upload.WithForm(name, ("file; filename=a.tar.gz", [0x1F, 0x8B, 8, 0])) with { Name = "cut archive", Field = "file" };
        yield return upload.WithForm(name, name, file) with { Name = "upload of two names", Field = "name" };
        yield return upload.WithForm(name, ("colour", "red"u8.ToArray()), file) with { Name = "upload with another part", Field = "colour" };
        yield return upload.WithForm(name, ("resize", "maybe"u8.ToArray()), file) with { Name = "upload with resize maybe", Field = "resize" };
        foreach (string bad in (string[])["", "-a", "Upper", "../../etc/passwd", "a b", new string('a', 64), new string('a', 2000)])
            yield return upload.WithForm(("name", Encoding.UTF8.GetBytes(bad)), file) with { Name = $"name of {bad.Length}: {bad[..Math.Min(bad.Length, 20)]}", Field = "name" };
    }

    private static IEnumerable<BadRequest> Hosting()
    {
        yield return new BadRequest("no address", "GET", "/api/nothing", 404);
        foreach (string host in (string[])["evil.example", "127.0.0.1.evil.example"]) yield return new BadRequest($"host {host}", "GET", "/api/runs", 400).With("Host", host);
        foreach (string origin in (string[])["http://evil.example", "null", "http://localhost:1", "file://"])
        {
            yield return Submit($"origin {origin}", """{"dataset":"shapes"}""", null, 403).With("Origin", origin);
            yield return new BadRequest($"hub from {origin}", "POST", "/hubs/runs/negotiate?negotiateVersion=1", 403).With("Origin", origin);
        }

        yield return new BadRequest("delete from elsewhere", "DELETE", "/api/runs/{trained}", 403).With("Origin", "https://evil.example");
        foreach (string address in (string[])["/api/version", "/swagger/v1/swagger.json", "/swagger/index.html"])
            yield return new BadRequest($"DELETE {address}", "DELETE", address, 405) { Says = "it takes GET, HEAD" };
    }

    private static BadRequest Submit(string name, string json, string? field, int status = 400) => new BadRequest(name, "POST", "/api/runs", status, field).WithJson(json);

    private static BadRequest Spec(string field, string value, string why, string? path = null) =>
        Submit($"{field}: {why}", $$"""{"dataset":"shapes","{{field}}":{{value}}}""", path ?? field);

    private static BadRequest Picture(string name, byte[] content, string? field, int status = 400) => new BadRequest(name, "POST", Predict, status, field).With(content, "image/png");
}
