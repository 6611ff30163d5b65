using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Client;
using Orchestrator.Messages;
using Temporalio.Client;
using Temporalio.Exceptions;

// A service that starts a run for each delivery of a webhook, and shows its state. README.md has its variables.
const int LongestDelivery = 100;
var builder = WebApplication.CreateBuilder(args);
var secret = Encoding.UTF8.GetBytes(Setting("WEBHOOK_SECRET"));
var repository = Setting("REPOSITORY");
var address = builder.Configuration["TEMPORAL_ADDRESS"] ?? "localhost:7233";

// Connects with the first call, so that the service starts before the server.
builder.Services.AddSingleton(new RunClient(TemporalClient.CreateLazy(new TemporalClientConnectOptions(address))));
var app = builder.Build();

app.MapPost("/hooks", StartAsync);
app.MapGet("/runs/{id}", ShowAsync);
app.MapGet(
    "/runs/{id}/changes",
    (string id, RunClient runs, CancellationToken cancellation) => TypedResults.ServerSentEvents(ChangesAsync(runs.Get(id), cancellation))
);
app.Run();

string Setting(string name) =>
    builder.Configuration[name] is { Length: > 0 } value ? value : throw new InvalidOperationException($"{name} is not set.");

// Starts a run. The sender repeats a delivery that it got no answer to; the same delivery is the same run.
async Task<IResult> StartAsync(HttpRequest request, RunClient runs, CancellationToken cancellation)
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body, cancellation);
    if (!IsSigned(body.ToArray(), request.Headers["X-Hub-Signature-256"].ToString()))
    {
        return Results.Problem("The signature in X-Hub-Signature-256 is not that of this body.", statusCode: 401);
    }
    var delivery = request.Headers["X-GitHub-Delivery"].ToString();
    if (delivery.Length is 0 or > LongestDelivery || !delivery.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
    {
        return Results.Problem("X-GitHub-Delivery is missing or is no delivery id.", statusCode: 400);
    }
    Hook? hook;
    try
    {
        hook = JsonSerializer.Deserialize<Hook>(body.ToArray(), JsonSerializerOptions.Web);
    }
    catch (JsonException)
    {
        hook = null;
    }
    if (hook?.Issue is not { Title.Length: > 0 } issue)
    {
        return Results.Problem("The body has no issue with a title.", statusCode: 400);
    }
    var plan = new { tasks = new[] { new { id = $"issue-{issue.Number}", prompt = $"{issue.Title}\n\n{issue.Body}" } } };
    var input = new OrchestrationInput { Repository = repository, Plan = JsonSerializer.SerializeToElement(plan) };
    var run = await runs.StartAsync(input, $"hook-{delivery}", cancellation);
    return Results.Accepted($"/runs/{run.RunId}", new { run = run.RunId });
}

bool IsSigned(byte[] body, string signature) =>
    CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes($"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(secret, body))}"),
        Encoding.ASCII.GetBytes(signature)
    );

static async Task<IResult> ShowAsync(string id, RunClient runs, CancellationToken cancellation)
{
    try
    {
        return Results.Ok(RunView.Of(await runs.Get(id).StatusAsync(cancellation)));
    }
    catch (RpcException unknown) when (unknown.Code == RpcException.StatusCode.NotFound)
    {
        return Results.Problem($"The server has no run {id}.", statusCode: 404);
    }
    catch (RpcException failed)
    {
        return Results.Problem($"The status of {id} can't be read at the moment: {failed.Message}", statusCode: 503);
    }
}

static async IAsyncEnumerable<RunView> ChangesAsync(RunHandle run, [EnumeratorCancellation] CancellationToken cancellation)
{
    await foreach (var change in run.WatchAsync(cancellation))
    {
        yield return RunView.Of(change.Status);
    }
}

internal sealed record Hook(Issue? Issue);

internal sealed record Issue(int Number, string Title, string? Body);

internal sealed record TaskView(string Id, string State, string Reason);

internal sealed record RunView(string Run, string State, string Reason, string LandedCommit, IReadOnlyList<TaskView> Tasks)
{
    public static RunView Of(RunStatus status) =>
        new(
            status.RunId,
            status.State,
            status.Reason,
            status.LandedCommit,
            [.. status.Tasks.Select(task => new TaskView(task.Id, task.State, task.Reason))]
        );
}
