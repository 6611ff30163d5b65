using Grpc.Core;
using Orchestrator.TestKit;
using Temporalio.Api.Nexus.V1;
using Temporalio.Api.OperatorService.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

/// <summary>The server claims exactly the capabilities that it has, because clients rely on them.</summary>
public sealed class ClaimsTests
{
    private const string Operator = "/temporal.api.operatorservice.v1.OperatorService/";

    [Fact]
    public async Task Nexus_IsNotClaimedAndEndpointsAreRefusedWithASentence()
    {
        await using var server = await TestServer.StartAsync();

        var system = await server.CallAsync(new GetSystemInfoRequest(), GetSystemInfoResponse.Parser);
        var refused = await server.TryAsync(
            new CreateNexusEndpointRequest
            {
                Spec = new EndpointSpec
                {
                    Name = "billing",
                    Target = new EndpointTarget
                    {
                        Worker = new EndpointTarget.Types.Worker { Namespace = "default", TaskQueue = "q" },
                    },
                },
            },
            Eventually.Limit,
            Operator + "CreateNexusEndpoint"
        );
        var listed = await server.TryAsync(new ListNexusEndpointsRequest(), Eventually.Limit, Operator + "ListNexusEndpoints");

        Assert.False(system.Capabilities.Nexus);
        Assert.Equal(StatusCode.Unimplemented, refused.Status);
        Assert.Contains("does not execute Nexus operations, so it has no Nexus endpoints.", refused.Message, StringComparison.Ordinal);
        Assert.Empty(ListNexusEndpointsResponse.Parser.ParseFrom(listed.Answer).Endpoints);
    }

    [Fact]
    public async Task StandaloneActivity_IsRefusedWithASentence()
    {
        await using var server = await TestServer.StartAsync();

        var refused = await server.TryAsync(
            new StartActivityExecutionRequest { Namespace = "default", ActivityId = "a" },
            Eventually.Limit
        );
        var unknown = await server.TryAsync(new StartActivityExecutionRequest { Namespace = "none", ActivityId = "a" }, Eventually.Limit);

        Assert.Equal(StatusCode.Unimplemented, refused.Status);
        Assert.Contains("does not execute activities without a workflow.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(StatusCode.NotFound, unknown.Status);
    }

    [Fact]
    public async Task Namespace_Described_TellsLimitsAndThatPollsEndWithTheirWorker()
    {
        await using var server = await TestServer.StartAsync(blobSizeLimit: 12345);

        var described = (
            await server.CallAsync(new DescribeNamespaceRequest { Namespace = "default" }, DescribeNamespaceResponse.Parser)
        ).NamespaceInfo;

        Assert.True(described.Capabilities.WorkerPollCompleteOnShutdown);
        Assert.False(described.Capabilities.StandaloneActivities);
        Assert.Equal(
            (12345, 2 * 1024 * 1024, 4 * 1024 * 1024),
            (
                described.Limits.BlobSizeLimitError,
                described.Limits.MemoSizeLimitError,
                described.Limits.WorkflowTaskCompletionSizeLimitError
            )
        );
    }
}
