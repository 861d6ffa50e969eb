using Quiver.Providers;
using Quiver.Server.FastApi;

namespace Quiver.Server.Dialects.EmbedCache.Bodies;

/// <summary>What POST /v1/provider reads.</summary>
internal sealed class ProviderBody : FastApiBody
{
    private readonly Field<string> _name = new("name", required: true, "");
    private readonly Field<string> _endpoint = new("endpoint", required: true, "");
    private readonly Field<string> _apiKey = new("api_key", required: true, "");
    private readonly Field<string> _requestTemplate = new("request_template", required: true, "");
    private readonly Field<string> _responsePath = new("response_path", required: true, "");
    private readonly Field<int?> _batchSize = new("batch_size", required: false, null);

    public string Name => _name.Value;

    public string Endpoint => _endpoint.Value;

    public string ApiKey => _apiKey.Value;

    /// <summary>A JSON object, as it was sent.</summary>
    public string RequestTemplate => _requestTemplate.Value;

    public string ResponsePath => _responsePath.Value;

    public int? BatchSize => _batchSize.Value;

    public override IEnumerable<FieldError?> FieldErrors =>
        [_name.Error, _endpoint.Error, _apiKey.Error, _requestTemplate.Error, _responsePath.Error, _batchSize.Error];

    public override void Read(string member, ref FieldReader json)
    {
        switch (member)
        {
            case "name":
                json.String(_name);
                break;
            case "endpoint":
                json.String(_endpoint);
                break;
            case "api_key":
                json.String(_apiKey);
                break;
            case "request_template":
                json.Object(_requestTemplate);
                break;
            case "response_path":
                json.String(_responsePath);
                break;
            case "batch_size":
                json.OptionalInteger(_batchSize, 1, ProviderDefinition.MostTexts);
                break;
        }
    }
}
