namespace CnnService.Api.Hosting;

/// <summary>Answers HEAD wherever GET is answered: the same headers without a body, which the server leaves out by itself.</summary>
internal static class HeadRequests
{
    /// <summary>Applies it to all endpoints of a builder.</summary>
    public static TBuilder AnswersHead<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Add(endpoint =>
        {
            for (int i = 0; i < endpoint.Metadata.Count; i++)
                if (endpoint.Metadata[i] is HttpMethodMetadata { HttpMethods: ["GET"] }) endpoint.Metadata[i] = new HttpMethodMetadata(["GET", "HEAD"]);
        });
        return endpoints;
    }
}
