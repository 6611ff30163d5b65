using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Api.TaskQueue.V1;

namespace Temporal.Server.Common;

/// <summary>Argument checks that many requests share.</summary>
internal static class GrpcArgumentValidator
{
    /// <summary>Maximum length of an id or name, in characters.</summary>
    public const int MaxId = 1000;

    /// <summary>Maximum size of the memo of a workflow start, in bytes.</summary>
    public const int MaxMemo = 2 * 1024 * 1024;

    public static void WorkflowId(string id)
    {
        if (id.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("WorkflowId is not set on request.");
        }

        if (id.Length > MaxId)
        {
            throw GrpcErrorFactory.InvalidArgument($"WorkflowId exceeds maximum allowed length ({id.Length}/{MaxId})");
        }
    }

    public static void RequestId(string id)
    {
        if (id.Length > MaxId)
        {
            throw GrpcErrorFactory.InvalidArgument("RequestId length exceeds limit.");
        }
    }

    public static void Execution(WorkflowExecution? execution)
    {
        if (execution is null)
        {
            throw GrpcErrorFactory.InvalidArgument("Execution is not set on request.");
        }

        WorkflowId(execution.WorkflowId);
        if (execution.RunId.Length > 0 && !Guid.TryParse(execution.RunId, out _))
        {
            throw GrpcErrorFactory.InvalidArgument("Invalid RunId.");
        }
    }

    public static void TaskQueue(TaskQueue? queue)
    {
        if (queue is null)
        {
            throw GrpcErrorFactory.InvalidArgument("taskQueue is not set");
        }

        if (queue.Name.Length == 0)
        {
            throw GrpcErrorFactory.InvalidArgument("missing task queue name");
        }

        if (queue.Name.Length > MaxId)
        {
            throw GrpcErrorFactory.InvalidArgument("taskQueue length exceeds limit");
        }

        if (queue.Name.StartsWith("/_sys/", StringComparison.Ordinal))
        {
            throw GrpcErrorFactory.InvalidArgument("task queue name cannot start with reserved prefix /_sys/");
        }
    }

    public static void Blob(IMessage? blob, int limit)
    {
        if (TooLarge(blob, limit) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Returns the error for a blob over the limit (in bytes), or null if the blob is within the limit.</summary>
    public static RpcException? TooLarge(IMessage? blob, int limit) =>
        blob is not null && blob.CalculateSize() > limit ? GrpcErrorFactory.InvalidArgument("Blob data size exceeds limit.") : null;
}
