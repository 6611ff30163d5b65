using Grpc.Core;
using Temporal.Server.History;
using Temporalio.Api.Common.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.TaskQueue.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests;

public class WorkflowSignalRecorderTests
{
    [Fact]
    public void Add_PastTheLimit_IsRefusedEachTimeTheRequestIsRepeated()
    {
        var run = new MutableState(1, "namespace", "w", "run", TimeProvider.System);
        run.Begin(
            new WorkflowExecutionStartedEventAttributes
            {
                WorkflowType = new WorkflowType { Name = "T" },
                TaskQueue = new TaskQueue { Name = "q" },
                WorkflowTaskTimeout = new Google.Protobuf.WellKnownTypes.Duration { Seconds = 10 },
            },
            null,
            [],
            ""
        );
        for (var i = 0; i < 10_000; i++)
        {
            WorkflowSignalRecorder.Add(run, "s", null, null, "", "", null, []);
        }

        void Repeat() => WorkflowSignalRecorder.Add(run, "s", null, null, "", "request", null, []);

        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(Repeat).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(Repeat).StatusCode);
    }
}
