using System.IO.Pipelines;

namespace Orchestrator.Agents.Acp;

/// <summary>The program between us and an agent that speaks the Agent Client Protocol (<c>orchestrate drive-acp</c>): one prompt in one
/// conversation, and a line for each thing the agent does. It runs in the agent's place, under its supervisor and in its sandbox, so it
/// outlives whoever started it; what the agent complains of it passes on, and where the agent ends by itself it ends alike.</summary>
public static class AcpDriver
{
    /// <summary>Asks the agent of a request file.</summary>
    /// <param name="requestFile">The start's request file.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="print">Prints a line.</param>
    /// <param name="complain">Prints a line that the agent wrote to its standard error.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The exit code: 0: it is done; that of the agent where it ended before it answered; else 1.</returns>
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
            new ProcessCommand(request.Program, request.Arguments)
            {
                WorkingDirectory = request.WorkingDirectory,
                Input = ProcessInput.FromStream(input.Reader.AsStream()),
                StandardOutput = new ProcessOutput
                {
                    CaptureLimit = 0,
                    LineLimit = 64 * 1024 * 1024,
                    OnLine = (line, _) => connection.TakeAsync(line.Text),
                },
                StandardError = new ProcessOutput
                {
                    CaptureLimit = 0,
                    OnLine = (line, _) =>
                    {
                        connection.Hear(line.Text);
                        complain(line.Text);
                        return ValueTask.CompletedTask;
                    },
                },
            },
            ending.Token
        );
        var talk = TalkAsync(connection, request, prompt, print);
        if (await Task.WhenAny(agent, talk) == agent)
        {
            connection.End();
        }
        var code = await talk;
        // The end of its input ends an agent; one that stays is stopped.
        await input.Writer.CompleteAsync();
        await Task.WhenAny(agent, Task.Delay(TimeSpan.FromSeconds(5), cancellationToken));
        await ending.CancelAsync();
        await agent.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return code ?? (await agent).ExitCode;
    }

    /// <summary>Asks the agent, and tells how that ended.</summary>
    /// <returns>The exit code: 0: it is done; null: the agent has ended and left no answer, which its end tells.</returns>
    private static async Task<int?> TalkAsync(AcpConnection connection, AcpRequest request, string prompt, Action<string> print)
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
                session = made.Text("sessionId") ?? throw new AcpException("The program named no conversation.");
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
            print(JsonSerializer.Serialize(new { type = AcpEvents.Session, id = session }));
            // What was replayed of the conversation so far is not news.
            connection.Client.IsListening = true;
            var answer = await connection.CallAsync(
                "session/prompt",
                new { sessionId = session, prompt = new[] { new { type = "text", text = prompt } } }
            );
            var reason = answer.Text("stopReason") ?? "no reason";
            var done = reason == "end_turn";
            print(
                done
                    ? JsonSerializer.Serialize(new { type = AcpEvents.Done })
                    : JsonSerializer.Serialize(new { type = AcpEvents.Failed, message = $"The agent stopped: {reason}." })
            );
            return done ? 0 : 1;
        }
        catch (AcpException e) when (e.IsEnd)
        {
            return null;
        }
        catch (AcpException e)
        {
            print(JsonSerializer.Serialize(new { type = AcpEvents.Failed, message = $"{e.Message}{connection.Said}" }));
            return 1;
        }
    }
}
