using System.Reflection;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Orchestrator.Conformance.Wire;

/// <summary>Canonical proto3 JSON to and from encoded messages, for every method of the services under test.</summary>
internal static class ProtoJson
{
    private static readonly IReadOnlyList<FileDescriptor> Files =
    [
        .. typeof(Temporalio.Api.WorkflowService.V1.StartWorkflowExecutionRequest)
            .Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<FileDescriptor>(),
        Grpc.Health.V1.HealthReflection.Descriptor,
    ];

    private static readonly TypeRegistry Types = TypeRegistry.FromFiles(Files);
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithTypeRegistry(Types));
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithTypeRegistry(Types));

    private static readonly Dictionary<string, MethodDescriptor> Methods = Files
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .ToDictionary(method => $"/{method.Service.FullName}/{method.Name}");

    /// <summary>The method behind a path such as <c>/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo</c>.</summary>
    public static MethodDescriptor Method(string path) =>
        Methods.TryGetValue(path, out var method) ? method : throw new ArgumentException($"There is no method {path}.", nameof(path));

    /// <summary>All methods of services.</summary>
    public static IEnumerable<MethodDescriptor> MethodsOf(IReadOnlyCollection<string> services) =>
        Methods.Values.Where(method => services.Contains(method.Service.FullName));

    /// <summary>JSON as an encoded message.</summary>
    public static byte[] Encode(MessageDescriptor type, JsonNode? json) => Parser.Parse(json?.ToJsonString() ?? "{}", type).ToByteArray();

    /// <summary>An encoded message as JSON.</summary>
    public static JsonNode Decode(MessageDescriptor type, ReadOnlySpan<byte> bytes) =>
        JsonNode.Parse(Formatter.Format(type.Parser.ParseFrom(bytes)))!;
}
