using System.Text;
using System.Text.Json.Nodes;
using Grpc.Core;
using Orchestrator.TestKit.Rpc;

namespace Orchestrator.Conformance.Wire;

/// <summary>One unary call: proto3 JSON in, <c>{status, response | message, details}</c> out.</summary>
internal sealed class RpcCaller(string address) : IDisposable
{
    private readonly RpcClient _calls = new(address);

    /// <summary>Calls a method; the answer is never an exception, except when <paramref name="cancellationToken"/> ends the call.</summary>
    public async Task<JsonObject> CallAsync(
        string service,
        string call,
        JsonNode? request,
        TimeSpan timeout,
        IEnumerable<KeyValuePair<string, string>> headers,
        CancellationToken cancellationToken
    )
    {
        var path = $"/{FullName(service)}/{call}";
        var method = ProtoJson.Method(path);
        var deadline = DateTime.UtcNow + timeout;
        var metadata = new Metadata();
        foreach (var (name, value) in headers)
        {
            metadata.Add(name, value);
        }

        try
        {
            var answer = await _calls.CallAsync(path, ProtoJson.Encode(method.InputType, request), timeout, metadata, cancellationToken);
            return new JsonObject { ["status"] = "OK", ["response"] = ProtoJson.Decode(method.OutputType, answer) };
        }
        catch (RpcException e)
        {
            // Near the deadline the server may hang up a moment before the client does: one and the same outcome.
            var late = e.StatusCode == StatusCode.Cancelled && DateTime.UtcNow > deadline.AddMilliseconds(-100);
            return Failure(e, late ? "DEADLINE_EXCEEDED" : ScreamingName(e.StatusCode));
        }
    }

    public void Dispose() => _calls.Dispose();

    private static JsonObject Failure(RpcException e, string status)
    {
        var answer = new JsonObject { ["status"] = status, ["message"] = e.Status.Detail };
        if (
            e.Trailers.GetValueBytes("grpc-status-details-bin") is { } encoded
            && ProtoJson.Decode(Temporalio.Api.Common.V1.GrpcStatus.Descriptor, encoded)["details"] is { } details
        )
        {
            answer["details"] = details.DeepClone();
        }

        return answer;
    }

    private static string FullName(string service) =>
        service switch
        {
            "workflow" => "temporal.api.workflowservice.v1.WorkflowService",
            "operator" => "temporal.api.operatorservice.v1.OperatorService",
            "health" => "grpc.health.v1.Health",
            _ => throw new ArgumentException($"unknown service '{service}'", nameof(service)),
        };

    // InvalidArgument as INVALID_ARGUMENT.
    private static string ScreamingName(StatusCode code)
    {
        if (code == StatusCode.OK)
        {
            return "OK";
        }

        var name = new StringBuilder();
        foreach (var letter in code.ToString())
        {
            if (char.IsUpper(letter) && name.Length > 0)
            {
                name.Append('_');
            }

            name.Append(char.ToUpperInvariant(letter));
        }

        return name.ToString();
    }
}
