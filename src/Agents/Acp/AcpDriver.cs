using System.IO.Pipelines;

namespace Orchestrator.Agents.Acp;

/// <summary>
/// Program that drives an agent over the Agent Client Protocol (<c>orchestrate drive-acp</c>). The driver sends one prompt in one
/// conversation, prints a line for each action, and forwards the agent's standard error. The supervisor starts the driver in place of the
/// agent, in the same sandbox, so the driver keeps running if the orchestrator exits.
/// </summary>
public static class AcpDriver
{
    /// <summary>Starts the agent program specified in a request file, and sends it the prompt.</summary>
    /// <param name="requestFile">Request file of the agent run.</param>
    /// <param name="prompt">Prompt for the agent.</param>
    /// <param name="print">Prints a line.</param>
    /// <param name="complain">Prints a line that the agent wrote to stderr.</param>
    /// <param name="cancellationToken">Stops the agent.</param>
    /// <returns>Exit code. 0 if the work is done; the agent's own exit code if the agent ended before it answered; otherwise 1.</returns>
    public static async Task<int> RunAsync(
        string requestFile,
        string prompt,
        Action<string> print,
        Action<string> complain,
        CancellationToken cancellationToken
    )
    {
        var request = AcpRequest.Parse(await File.ReadAllTextAsync(requestFile, cancellationToken));
        Pipe input = new();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        AcpConnection connection = new(input.Writer, new AcpClient(request, print));
        var agent = new ProcessRunner().RunAsync(
            new ChildProcessOptions(request.Program, request.Arguments)
            {
                WorkingDirectory = request.WorkingDirectory,
                Input = ProcessStandardInput.FromStream(input.Reader.AsStream()),
                StandardOutput = new ProcessOutputTargets
                {
                    CaptureLimit = 0,
                    LineLimit = 64 * 1024 * 1024,
                    OnLine = (line, _) => connection.HandleLineAsync(line.Text),
                },
                StandardError = new ProcessOutputTargets
                {
                    CaptureLimit = 0,
                    OnLine = (line, _) =>
                    {
                        connection.RecordErrorLine(line.Text);
                        complain(line.Text);
                        return ValueTask.CompletedTask;
                    },
                },
            },
            ending.Token
        );
        var talk = SendPromptAsync(connection, request, prompt, print);
        if (await Task.WhenAny(agent, talk) == agent)
        {
            connection.End();
        }
        var code = await talk;
        // An agent ends when its input is closed. An agent that keeps running is killed.
        await input.Writer.CompleteAsync();
        await Task.WhenAny(agent, Task.Delay(TimeSpan.FromSeconds(5), cancellationToken));
        await ending.CancelAsync();
        await agent.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return code ?? (await agent).ExitCode;
    }

    /// <summary>Sends the prompt and prints the outcome.</summary>
    /// <returns>0 if the work is done, or 1 if not. Null if the agent ended without an answer, so that the caller returns the agent's own
    /// exit code.</returns>
    private static async Task<int?> SendPromptAsync(AcpConnection connection, AcpRequest request, string prompt, Action<string> print)
    {
        try
        {
            await connection.CallAsync(
                "initialize",
                new
                {
                    protocolVersion = 1,
                    clientCapabilities = new { fs = new { readTextFile = true, writeTextFile = !request.AnswersOnly } },
                }
            );
            var place = new { cwd = request.WorkingDirectory, mcpServers = Array.Empty<object>() };
            var session = request.Session;
            if (session is null)
            {
                var made = await connection.CallAsync("session/new", place);
                session = made.Text("sessionId") ?? throw new AcpException("The agent program did not return a conversation id.");
            }
            else
            {
                await connection.CallAsync(
                    "session/load",
                    new
                    {
                        sessionId = session,
                        place.cwd,
                        place.mcpServers,
                    }
                );
            }
            print(JsonSerializer.Serialize(new { type = AcpDriverEventDefinitions.Session, id = session }));
            // Replayed messages of the earlier conversation are not printed.
            connection.Client.IsListening = true;
            var answer = await connection.CallAsync(
                "session/prompt",
                new { sessionId = session, prompt = new[] { new { type = "text", text = prompt } } }
            );
            var reason = answer.Text("stopReason") ?? "no reason";
            var done = reason == "end_turn";
            print(
                done
                    ? JsonSerializer.Serialize(new { type = AcpDriverEventDefinitions.Done })
                    : JsonSerializer.Serialize(new { type = AcpDriverEventDefinitions.Failed, message = $"The agent stopped: {reason}." })
            );
            return done ? 0 : 1;
        }
        catch (AcpException e) when (e.IsEnd)
        {
            return null;
        }
        catch (AcpException e)
        {
            print(JsonSerializer.Serialize(new { type = AcpDriverEventDefinitions.Failed, message = $"{e.Message}{connection.Said}" }));
            return 1;
        }
    }
}
