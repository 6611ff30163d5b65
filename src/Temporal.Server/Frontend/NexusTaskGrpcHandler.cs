using System.Globalization;
using Google.Protobuf;
using Temporal.Server.Matching;
using Temporal.Server.Operator;
using Temporal.Server.Storage;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Nexus.V1;
using Temporalio.Api.WorkflowService.V1;

namespace Temporal.Server.Frontend;

/// <summary>
/// Delivers server commands to workers as Nexus tasks, and accepts the workers' answers. This server creates no other Nexus tasks, but
/// accepts polls for them.
/// </summary>
internal sealed class NexusTaskGrpcHandler(
    ServerToWorkerCommandDispatcher commands,
    NamespaceRegistry namespaces,
    WorkerPolls polls,
    ServerStopSignal stopping
)
{
    private static readonly TimeSpan PollLimit = TimeSpan.FromSeconds(60);

    public void Register(GrpcMethodRegistry table)
    {
        table.AddHandOver<PollNexusTaskQueueRequest>(async (call, request) => new GrpcResponse(await PollAsync(call, request)));
        table.Add(
            (RespondNexusTaskCompletedRequest request) =>
            {
                // An operation that failed is not repeated, because it would fail again.
                Answer(request.Namespace, request.TaskToken, isExecuted: true);
                return new RespondNexusTaskCompletedResponse();
            }
        );
        table.Add(
            (RespondNexusTaskFailedRequest request) =>
            {
                Answer(request.Namespace, request.TaskToken, isExecuted: false);
                return new RespondNexusTaskFailedResponse();
            }
        );
    }

    private async ValueTask<PollNexusTaskQueueResponse> PollAsync(IncomingGrpcCall context, PollNexusTaskQueueRequest request)
    {
        var ns = namespaces.Resolve(request.Namespace);
        GrpcArgumentValidator.TaskQueue(request.TaskQueue);
        using var poll = new LongPoll(context, PollLimit, stopping.Token);
        using var noted = polls.Note(request.WorkerInstanceKey, poll);
        if (await commands.PollAsync(ns.Id, request.TaskQueue.Name, poll.Token) is not { } command)
        {
            return new PollNexusTaskQueueResponse();
        }

        context.WhenUndelivered(() => commands.Answer(ns.Id, command.Id, isExecuted: false));
        return new PollNexusTaskQueueResponse
        {
            TaskToken = new WorkerCommandToken { NamespaceId = ns.Id, CommandId = command.Id }.ToByteString(),
            Request = new Request
            {
                Header =
                {
                    ["Request-Timeout"] = $"{ServerToWorkerCommandDispatcher.Limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)}s",
                },
                StartOperation = new StartOperationRequest
                {
                    Service = "temporal.api.nexusservices.workerservice.v1.WorkerService",
                    Operation = "ExecuteCommands",
                    // The core of the SDKs reads this encoding alone.
                    Payload = new Payload
                    {
                        Metadata = { ["encoding"] = ByteString.CopyFromUtf8("binary/protobuf") },
                        Data = command.Commands.ToByteString(),
                    },
                },
            },
        };
    }

    private void Answer(string namespaceName, ByteString token, bool isExecuted)
    {
        var ns = namespaces.Resolve(namespaceName);
        if (Read(token) is not { CommandId.Length: > 0 } command)
        {
            throw GrpcErrorFactory.Unimplemented(UnsupportedFeatureGrpcHandler.Nexus);
        }

        if (!commands.Answer(ns.Id, command.CommandId, isExecuted))
        {
            throw GrpcErrorFactory.NotFound("Nexus task not found or already expired");
        }
    }

    private static WorkerCommandToken? Read(ByteString token)
    {
        try
        {
            return WorkerCommandToken.Parser.ParseFrom(token);
        }
        catch (Exception e) when (GrpcMethodRegistry.IsUnreadable(e))
        {
            return null;
        }
    }
}
