using Google.Protobuf;
using Temporal.Server.Storage;

namespace Temporal.Server.Frontend;

/// <summary>Reads the tokens that the server gave to clients and workers and that they return unchanged.</summary>
internal static class TaskTokenAndPageTokenReader
{
    /// <summary>Reads a task token. Rejects a malformed token, and a token whose namespace differs from that of the request.</summary>
    public static TaskToken Task(ByteString token, NamespaceRegistry namespaces, string namespaceName)
    {
        var ns = namespaceName.Length > 0 ? namespaces.Resolve(namespaceName) : null;
        var task = Task(token);
        return ns is null || ns.Id == task.NamespaceId
            ? task
            : throw GrpcErrorFactory.InvalidArgument("Operation requested with a token from a different namespace.");
    }

    private static TaskToken Task(ByteString token)
    {
        if (token.IsEmpty)
        {
            throw GrpcErrorFactory.InvalidArgument("Task token not set on request.");
        }

        try
        {
            var read = TaskToken.Parser.ParseFrom(token);
            return read.WorkflowId.Length > 0 && read.RunId.Length > 0
                ? read
                : throw GrpcErrorFactory.InvalidArgument("Error deserializing task token.");
        }
        catch (Exception e) when (GrpcMethodRegistry.IsUnreadable(e))
        {
            throw GrpcErrorFactory.InvalidArgument("Error deserializing task token.");
        }
    }

    /// <summary>Reads a page token, or returns null for an empty one.</summary>
    public static PageToken? Page(ByteString token)
    {
        if (token.IsEmpty)
        {
            return null;
        }

        try
        {
            var read = PageToken.Parser.ParseFrom(token);
            return read.RunId.Length > 0 && read.NextEventId > 0 ? read : throw GrpcErrorFactory.InvalidArgument("Invalid NextPageToken.");
        }
        catch (Exception e) when (GrpcMethodRegistry.IsUnreadable(e))
        {
            throw GrpcErrorFactory.InvalidArgument("Invalid NextPageToken.");
        }
    }
}
