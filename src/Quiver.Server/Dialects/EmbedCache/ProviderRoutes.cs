using System.Text.Json;
using Quiver.Accounts;
using Quiver.Diagnostics;
using Quiver.Providers;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Dialects.EmbedCache.Bodies;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>A caller's own provider: POST /v1/provider as the service has it, GET and DELETE beside it. No answer holds the provider's key.</summary>
/// <param name="providers">null where there is nowhere to keep them.</param>
internal sealed class ProviderRoutes(ProviderParts? providers, BodyMemory bodyMemory, ServeOptions options)
{
    private const string Path = "/v1/provider";

    private ProviderParts Providers =>
        providers ?? throw new QuiverException(ErrorKind.Forbidden, "BYOK is not available here: the operator sets a database and an encryption key");

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").Needs(Access.SessionOrKey(Scopes.EmbedText)).WithMetadata(EmbedCacheErrorRenderer.Shared, new BodyLimit(options.EmbedCacheMaxPayload));
        // They say what is missing, but are no part of a server that cannot keep a provider.
        if (providers is null)
            group.ExcludeFromDescription();
        group.MapPost(Path, SaveAsync).WithMetadata(ProviderDocumentation.Save);
        group.MapGet(Path, ShowAsync).WithMetadata(ProviderDocumentation.Show);
        group.MapDelete(Path, DeleteAsync).WithMetadata(ProviderDocumentation.Delete);
    }

    private async Task SaveAsync(HttpContext context)
    {
        ProviderBody call;
        using (var body = await RequestBody.ReadAsync(context.Request, bodyMemory, context.RequestAborted))
            call = EmbedCacheException.Bodies.Read(context.Request, body.Bytes, new ProviderBody());
        var definition = ProviderDefinition.Of(Providers.Rule, call.Name, call.Endpoint, call.RequestTemplate, call.ResponsePath, call.BatchSize);
        var (id, width) = await Providers.Tenants.SaveAsync(
            Callers.Of(context).Tenant, definition, new ProviderKey(call.ApiKey), IsVerified(context.Request), context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("provider_id"u8, id);
            if (width is { } known)
                json.WriteNumber("dimensions"u8, known);
            json.WriteEndObject();
        });
    }

    private async Task ShowAsync(HttpContext context)
    {
        var provider = await Providers.Tenants.ShowAsync(Callers.Of(context).Tenant, context.RequestAborted) ?? throw NotConfigured();
        await JsonAnswer.WriteAsync(context, json => Write(json, provider));
    }

    private async Task DeleteAsync(HttpContext context)
    {
        if (!await Providers.Tenants.DeleteAsync(Callers.Of(context).Tenant, context.RequestAborted))
            throw NotConfigured();
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("deleted"u8, true);
            json.WriteEndObject();
        });
    }

    /// <summary>Whether the provider must answer once before it is saved.</summary>
    private static bool IsVerified(HttpRequest request) => request.Query["verify"].ToString().ToUpperInvariant() switch
    {
        "" or "FALSE" or "0" => false,
        "TRUE" or "1" => true,
        _ => throw new EmbedCacheException(400, "verify takes true or false"),
    };

    private static QuiverException NotConfigured() => new(ErrorKind.NotFound, "No provider configured");

    private static void Write(Utf8JsonWriter json, StoredProvider provider)
    {
        var definition = provider.Definition;
        json.WriteStartObject();
        json.WriteString("provider_id"u8, provider.Id);
        json.WriteString("name"u8, definition.Name);
        json.WriteString("endpoint"u8, definition.Endpoint.AbsoluteUri);
        json.WritePropertyName("request_template"u8);
        json.WriteRawValue(definition.Template.Text);
        json.WriteString("response_path"u8, definition.ResponsePath.Text);
        json.WriteNumber("batch_size"u8, definition.MaxTexts);
        if (provider.Width is { } width)
            json.WriteNumber("dimensions"u8, width);
        else
            json.WriteNull("dimensions"u8);
        json.WriteString("created_at"u8, provider.CreatedAt.UtcDateTime);
        json.WriteString("updated_at"u8, provider.UpdatedAt.UtcDateTime);
        json.WriteEndObject();
    }
}
