using Xunit;

namespace Temporal.Protocol.Tests;

public sealed class WireAgreementTests
{
    public static TheoryData<string> Kinds => ["message", "field", "enum", "rpc"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Descriptors_ComparedWithTheTable_HoldEveryLineOfIt(string kind)
    {
        var missing = WireTable.Of(kind).Except(Generated(kind)).Where(line => !IsStreamingHealthWatch(line)).Order().ToList();

        Assert.True(missing.Count == 0, $"{missing.Count} lines of kind {kind} are missing or differ:\n{string.Join('\n', missing)}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Descriptors_ComparedWithTheTable_HoldNothingElse(string kind)
    {
        var extra = Generated(kind).Except(WireTable.Of(kind)).Where(line => !IsGrpcStatus(line)).Order().ToList();

        Assert.True(extra.Count == 0, $"{extra.Count} of kind {kind} are not in the table:\n{string.Join('\n', extra)}");
    }

    [Theory]
    [InlineData("message", 600)]
    [InlineData("field", 2_700)]
    [InlineData("enum", 400)]
    [InlineData("rpc", 140)]
    public void Table_ReadFromTheResource_IsWhole(string kind, int atLeast) =>
        Assert.True(WireTable.Of(kind).Count >= atLeast, $"only {WireTable.Of(kind).Count} lines of kind {kind}");

    private static HashSet<string> Generated(string kind) =>
        kind switch
        {
            "message" => GeneratedDescriptors.Messages(),
            "field" => GeneratedDescriptors.Fields(),
            "enum" => GeneratedDescriptors.EnumValues(),
            _ => GeneratedDescriptors.Rpcs(),
        };

    // The status of a failed call, which the SDK gives as a message; no RPC of the table names it.
    private static bool IsGrpcStatus(string line) =>
        line == "temporal.api.common.v1.GrpcStatus" || line.StartsWith("temporal.api.common.v1.GrpcStatus ", StringComparison.Ordinal);

    // Health.Watch is a stream; the transport is unary and no client here uses it.
    private static bool IsStreamingHealthWatch(string line) => line.StartsWith("grpc.health.v1.Health Watch ", StringComparison.Ordinal);
}
