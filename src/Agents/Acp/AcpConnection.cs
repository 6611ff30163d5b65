using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Text;

namespace Orchestrator.Agents.Acp;

/// <summary>Thrown if the agent returns an error, or if the connection ends before the agent responds to a call.</summary>
/// <param name="message">Description of the failure.</param>
internal sealed class AcpException(string message) : Exception(message)
{
    /// <summary>True if the connection has ended, so no further answers will arrive.</summary>
    internal bool IsEnd { get; init; }
}

/// <summary>JSON-RPC connection to an agent, with one message per line.</summary>
/// <param name="output">Pipe that the agent reads.</param>
/// <param name="client">Answers the agent's requests.</param>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim owns no unmanaged resources unless its wait handle is requested.")]
internal sealed class AcpConnection(PipeWriter output, AcpClient client)
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private const int LongestSaid = 400;
    private string _said = "";
    private long _count;
    private bool _isEnded;

    /// <summary>Client that answers the agent's requests.</summary>
    internal AcpClient Client => client;

    /// <summary>Sentence that quotes the first line that the agent wrote to standard error. Empty if there is no such line.</summary>
    internal string Said => _said.Length == 0 ? "" : $" It printed to stderr: '{_said}'.";

    /// <summary>Records a line of the agent's standard error. Only the first line is kept, because it states the reason; later lines are
    /// usually a stack trace.</summary>
    internal void RecordErrorLine(string line) =>
        _said = _said.Length == 0 && line.Trim() is { Length: > 0 } said ? said[..Math.Min(said.Length, LongestSaid)] : _said;

    /// <summary>Calls a method of the agent.</summary>
    /// <exception cref="AcpException">The agent answered with an error, or ended without an answer.</exception>
    internal async Task<JsonElement> CallAsync(string method, object parameters)
    {
        var id = Interlocked.Increment(ref _count);
        TaskCompletionSource<JsonElement> call = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[id] = call;
        if (_isEnded)
        {
            throw Ended();
        }
        await WriteAsync(
            new
            {
                jsonrpc = "2.0",
                id,
                method,
                @params = parameters,
            }
        );
        return await call.Task;
    }

    /// <summary>Fails all pending calls, because no more answers will arrive.</summary>
    internal void End()
    {
        _isEnded = true;
        foreach (var call in _calls.Values)
        {
            call.TrySetException(Ended());
        }
    }

    private static AcpException Ended() => new("The agent program ended before it answered the call.") { IsEnd = true };

    /// <summary>
    /// Processes a line from the agent, which contains either a call by the agent or a response to a call by this client. Lines that are
    /// not messages are ignored.
    /// </summary>
    internal async ValueTask HandleLineAsync(string line)
    {
        JsonElement message;
        try
        {
            using var document = JsonDocument.Parse(LenientJson.Line(Encoding.UTF8.GetBytes(line)));
            message = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return;
        }
        if (message.Text("method") is { } method)
        {
            var (result, error) = client.HandleCall(method, message.Get("params") ?? default);
            if (message.Get("id") is { } id)
            {
                await WriteAsync(
                    error is null
                        ? new
                        {
                            jsonrpc = "2.0",
                            id,
                            result,
                        }
                        : new
                        {
                            jsonrpc = "2.0",
                            id,
                            error = new { code = -32602, message = error },
                        }
                );
            }
        }
        else if (message.Number("id") is { } answered && _calls.TryRemove(answered, out var call))
        {
            if (message.Get("error") is { } failure)
            {
                var data = failure.Get("data") is { } more ? $" {more.GetRawText()}" : "";
                call.TrySetException(new AcpException($"{failure.Text("message")}{data}"));
            }
            else
            {
                call.TrySetResult(message.Get("result") ?? default);
            }
        }
    }

    private async Task WriteAsync(object message)
    {
        await _writing.WaitAsync();
        try
        {
            await output.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(message) + "\n"));
        }
        finally
        {
            _writing.Release();
        }
    }
}
