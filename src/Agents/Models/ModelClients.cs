using Anthropic;
using Anthropic.Bedrock;

namespace Orchestrator.Agents.Models;

/// <summary>
/// Creates the SDK clients that call the model services. Keys and credentials come from the environment. The clients do not retry, because
/// the workflow retries with durable timers.
/// </summary>
internal static class ModelClients
{
    /// <summary>Timeout of a client. Long enough that it never expires, because the supervisor ends the process at its time
    /// limit.</summary>
    private static readonly TimeSpan NoLimit = TimeSpan.FromHours(24);

    /// <summary>Creates a client for the service that the request names.</summary>
    /// <exception cref="ModelUnavailableException">Credentials or region are missing.</exception>
    internal static async Task<AnthropicClient> MakeAsync(ModelRequest request, RetryAfterRecorder times) =>
        request.Service == ModelServiceKind.Bedrock
            ? await BedrockAsync(request, times)
            : new AnthropicClient
            {
                MaxRetries = 0,
                Timeout = NoLimit,
                Handlers = [times],
            };

    private static async Task<AnthropicClient> BedrockAsync(ModelRequest request, RetryAfterRecorder times)
    {
        // The SDK and the AWS library read the region only from the environment.
        if (request.Region is not null)
        {
            Environment.SetEnvironmentVariable("AWS_REGION", request.Region);
        }
        var credentials =
            await AnthropicBedrockCredentialsHelper.FromEnv()
            ?? throw new ModelUnavailableException(
                "The AWS credentials for Bedrock are missing. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                    + "AWS_BEARER_TOKEN_BEDROCK."
            );
        if (string.IsNullOrEmpty(credentials.Region))
        {
            throw new ModelUnavailableException("No AWS region is set for Bedrock. Set planner.region or AWS_REGION.");
        }
        return Environment.GetEnvironmentVariable(ProxyableAgentApiKey.BedrockAddress) is not { Length: > 0 } address
            ? new AnthropicBedrockClient(credentials)
            {
                MaxRetries = 0,
                Timeout = NoLimit,
                Handlers = [times],
            }
            : new AnthropicBedrockClient(credentials)
            {
                BaseUrl = address,
                MaxRetries = 0,
                Timeout = NoLimit,
                Handlers = [times],
            };
    }
}

/// <summary>Thrown if a service can't be called with the current configuration.</summary>
internal sealed class ModelUnavailableException(string message) : Exception(message);

/// <summary>Records the retry-after header of the service, because the SDK's exceptions do not contain it.</summary>
internal sealed class RetryAfterRecorder(TimeProvider time) : DelegatingHandler
{
    /// <summary>Retry time from the last response, or null if the response contained none.</summary>
    internal DateTimeOffset? RetryAt { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        RetryAt = response.Headers.RetryAfter switch
        {
            { Delta: { } delay } => time.GetUtcNow() + delay,
            { Date: { } date } => date,
            _ => null,
        };
        return response;
    }
}
