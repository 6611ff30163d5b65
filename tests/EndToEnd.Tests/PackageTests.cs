using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Temporalio.Client;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The packages, and two programs of others that use them: a service that starts runs, and a worker that executes runs.</summary>
public sealed class PackageTests(PackedLibraries packed) : IClassFixture<PackedLibraries>
{
    private const string Secret = "only for tests";
    private const string Issue = """{"action": "labeled", "issue": {"number": 7, "title": "Write a file", "body": "Any."}}""";

    private static string Version { get; } =
        XDocument.Load(RepositoryFiles.Path("Directory.Build.props")).Descendants("Version").Single().Value;

    [Theory]
    [InlineData("Client", "Messages Plans Temporalio Usage")]
    [InlineData("Messages", "Plans Temporalio Usage")]
    [InlineData("Plans", "")]
    [InlineData("Usage", "")]
    [InlineData("App", "Activities Client Runs Temporal.Server Temporalio Workflows")]
    [InlineData("Workflows", "Messages Plans Temporalio Usage")]
    [InlineData("Runs", "Agents Gates Git")]
    public void Package_OfALibrary_HasMetadataDocsAndSymbols(string library, string references)
    {
        using var package = ZipFile.OpenRead(Path.Combine(packed.Packages, $"Orchestrator.{library}.{Version}.nupkg"));
        using var symbols = ZipFile.OpenRead(Path.Combine(packed.Packages, $"Orchestrator.{library}.{Version}.snupkg"));
        using var specification = package.GetEntry($"Orchestrator.{library}.nuspec")!.Open();
        var metadata = XDocument.Load(specification).Descendants().Where(element => element.Parent?.Name.LocalName == "metadata").ToList();
        var dependencies = metadata
            .Descendants()
            .Where(element => element.Name.LocalName == "dependency")
            .ToDictionary(element => (string)element.Attribute("id")!, element => (string)element.Attribute("version")!);

        Assert.Equal($"Orchestrator.{library}", Value("id"));
        Assert.Equal(Version, Value("version"));
        Assert.Equal("README.md", Value("readme"));
        Assert.Contains("orchestrate", Value("description"), StringComparison.Ordinal);
        Assert.Contains("temporal", Value("tags").Split(' '));
        Assert.NotNull(package.GetEntry("README.md"));
        Assert.NotNull(package.GetEntry($"lib/net10.0/Orchestrator.{library}.xml"));
        Assert.NotNull(symbols.GetEntry($"lib/net10.0/Orchestrator.{library}.pdb"));
        Assert.Subset(
            dependencies.Keys.ToHashSet(),
            references.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Named).ToHashSet()
        );
        Assert.All(
            dependencies.Where(one => one.Key.StartsWith("Orchestrator.", StringComparison.Ordinal)),
            one => Assert.Equal(Version, one.Value)
        );

        string Value(string name) => metadata.Single(element => element.Name.LocalName == name).Value;
        string Named(string reference) => reference == "Temporalio" ? reference : $"Orchestrator.{reference}";
    }

    [Fact]
    public async Task Webhook_DeliveriesOfAnIssue_LandOneRunEach()
    {
        await using var place = await ForeignWorkplace.CreateAsync("tasks: [{id: other, prompt: another file}]\n");
        using var stop = new CancellationTokenSource();
        TaskCompletionSource<string> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var service = ForeignWorkplace.RunUntilStoppedAsync(
            new ChildProcessOptions("dotnet", packed.Webhook, "--urls", "http://127.0.0.1:0")
            {
                Environment = new Dictionary<string, string?>
                {
                    ["REPOSITORY"] = place.Repository.Path,
                    ["WEBHOOK_SECRET"] = Secret,
                    ["TEMPORAL_ADDRESS"] = place.Address,
                },
            },
            line => ForeignWorkplace.Listening(line, listening),
            stop.Token
        );
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://{await listening.Task.WaitAsync(Eventually.Limit)}") };
            await DeliverAndFollowAsync(http, place);
        }
        finally
        {
            await stop.CancelAsync();
            await service.WaitAsync(Eventually.Limit);
        }
    }

    [Fact]
    public async Task Plugin_WorkflowOfAnApplication_StartsARunAsItsChild()
    {
        await using var place = await ForeignWorkplace.CreateAsync("tasks: [{id: other, prompt: another file}]\n", hasWorker: false);
        using var stop = new CancellationTokenSource();
        var output = new StringBuilder();
        var worker = ForeignWorkplace.RunUntilStoppedAsync(
            new ChildProcessOptions("dotnet", packed.Worker)
            {
                Environment = new Dictionary<string, string?>(place.Variables)
                {
                    ["TEMPORAL_ADDRESS"] = place.Address,
                    ["REPOSITORY"] = place.Repository.Path,
                    ["ORCHESTRATE"] = OrchestrateProgram.Path,
                },
            },
            line => output.AppendLine(line),
            stop.Token
        );
        var announcing = place.Client.ExecuteWorkflowAsync<string>(
            "ReleaseWorkflow",
            [place.Repository.Path, "1.2.0"],
            new WorkflowOptions("notes-1.2.0", "releases")
        );
        try
        {
            var first = await Task.WhenAny(announcing, worker).WaitAsync(TimeSpan.FromMinutes(2));
            Assert.True(first == announcing, $"The worker ended:\n{output}");

            var landed = (await place.Repository.GitAsync("rev-parse", "main")).Trim();
            Assert.Equal($"1.2.0 is out, with notes in {landed}.", await announcing);
            Assert.Equal("done\n", await File.ReadAllTextAsync(place.Repository["notes.txt"]));
            var run = await place.Client.GetWorkflowHandle("release-1.2.0").DescribeAsync();
            Assert.Equal("notes-1.2.0", run.ParentId);
        }
        finally
        {
            await stop.CancelAsync();
            await worker.WaitAsync(Eventually.Limit);
        }
    }

    private static async Task DeliverAndFollowAsync(HttpClient http, ForeignWorkplace place)
    {
        var forged = await PostAsync(http, "d-1", Issue, "another secret");
        var senseless = await PostAsync(http, "d-1", "{}");
        var unknown = await http.GetAsync("/runs/hook-d-1");
        var first = await PostAsync(http, "d-1", Issue);
        var again = await PostAsync(http, "d-1", Issue);
        var states = await FollowAsync(http, $"{first.Headers.Location}/changes");
        var afterTheEnd = await PostAsync(http, "d-1", Issue);
        var shown = (await http.GetFromJsonAsync<JsonObject>(first.Headers.Location))!;
        var runs = await place.Client.CountWorkflowsAsync("WorkflowType = 'OrchestrationWorkflow'");

        Assert.Equal(
            [HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest, HttpStatusCode.NotFound],
            [forged.StatusCode, senseless.StatusCode, unknown.StatusCode]
        );
        Assert.All(
            (HttpResponseMessage[])[first, again, afterTheEnd],
            answer => Assert.Equal((HttpStatusCode.Accepted, "/runs/hook-d-1"), (answer.StatusCode, $"{answer.Headers.Location}"))
        );
        Assert.Equal("completed", states[^1]);
        Assert.True(states.Count > 1, "The stream had the end alone.");
        Assert.Equal("completed", (string)shown["state"]!);
        Assert.Equal((await place.Repository.GitAsync("rev-parse", "main")).Trim(), (string)shown["landedCommit"]!);
        Assert.Equal("done\n", await File.ReadAllTextAsync(place.Repository["issue-7.txt"]));
        Assert.Equal(1, runs.Count);
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, string delivery, string body, string secret = Secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks") { Content = new StringContent(body) };
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body));
        request.Headers.Add("X-Hub-Signature-256", $"sha256={Convert.ToHexStringLower(signature)}");
        request.Headers.Add("X-GitHub-Delivery", delivery);
        return await http.SendAsync(request);
    }

    /// <summary>Reads the stream of a run to its end.</summary>
    /// <returns>The state in each event.</returns>
    private static async Task<List<string>> FollowAsync(HttpClient http, string address)
    {
        var states = new List<string>();
        await using var stream = await http.GetStreamAsync(address);
        using var reader = new StreamReader(stream);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                states.Add((string)JsonNode.Parse(line["data: ".Length..])!["state"]!);
            }
        }
        return states;
    }
}
