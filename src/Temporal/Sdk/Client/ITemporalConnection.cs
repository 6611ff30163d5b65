namespace Temporalio.Client;

/// <summary>A connection to a server. Clients of several namespaces may share one.</summary>
public interface ITemporalConnection
{
    /// <summary>Headers of every call. Setting them replaces them for all later calls.</summary>
    IReadOnlyCollection<KeyValuePair<string, string>> RpcMetadata { get; set; }

    /// <summary>Binary headers of every call; their names end with <c>-bin</c>. Setting them replaces them for all later calls.</summary>
    IReadOnlyCollection<KeyValuePair<string, byte[]>> RpcBinaryMetadata { get; set; }

    /// <summary>Key sent as <c>Authorization: Bearer</c>. Setting it replaces it for all later calls.</summary>
    string? ApiKey { get; set; }

    /// <summary>The workflow service as it is on the wire.</summary>
    WorkflowService WorkflowService { get; }

    /// <summary>The operator service as it is on the wire.</summary>
    OperatorService OperatorService { get; }

    /// <summary>The test service as it is on the wire.</summary>
    TestService TestService { get; }

    /// <summary>Options the connection was made with.</summary>
    TemporalConnectionOptions Options { get; }

    /// <summary>Whether the server has answered once. A connection that is lost later is opened again by the next call.</summary>
    bool IsConnected { get; }

    /// <summary>Asks the server whether a service works.</summary>
    /// <param name="service">Which; null for the workflow service.</param>
    /// <param name="options">How the call is made.</param>
    Task<bool> CheckHealthAsync(RpcService? service = null, RpcOptions? options = null);

    /// <summary>Connects now, if that has not happened yet.</summary>
    /// <exception cref="InvalidOperationException">The server cannot be reached or refuses.</exception>
    Task ConnectAsync();
}
