using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>What the server says about itself.</summary>
internal sealed class SystemHandler
{
    /// <summary>The release of the real server whose behaviour this one has.</summary>
    private const string ServerVersion = "1.29.1";

    public void Register(RpcTable table) =>
        table.Add(RpcTable.WorkflowService, "GetSystemInfo", GetSystemInfoRequest.Parser, (_, _) => ValueTask.FromResult(SystemInfo));

    private static readonly GetSystemInfoResponse SystemInfo = new()
    {
        ServerVersion = ServerVersion,
        Capabilities = new GetSystemInfoResponse.Types.Capabilities
        {
            SignalAndQueryHeader = true,
            InternalErrorDifferentiation = true,
            ActivityFailureIncludeHeartbeat = true,
            SupportsSchedules = true,
            EncodedFailureAttributes = true,
            BuildIdBasedVersioning = true,
            UpsertMemo = true,
            EagerWorkflowStart = true,
            SdkMetadata = true,
            CountGroupByExecutionStatus = true,
            Nexus = true,
        },
    };
}
