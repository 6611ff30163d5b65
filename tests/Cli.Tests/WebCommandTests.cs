using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary><c>web</c> as people and programs use it: the real program, a real run.</summary>
public sealed partial class WebCommandTests
{
    [Fact]
    public async Task Web_ARunThatAsks_IsAnsweredThereAndGoesOnToItsEnd()
    {
        using var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent("echo $ORCHESTRATOR_TASK > $ORCHESTRATOR_TASK.txt");
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\n");
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt], requires_approval: true, verification: [test -f a.txt]}\n"
        );
        var program = new OrchestrateProgram(cli.Folder, Variables(cli));
        await program.RunAsync("run", "--yes", "--detach");
        await using var web = await Web.StartAsync(cli);

        var entry = await Eventually.AskAsync(async () => (await web.GetAsync("inbox"))["entries"]!.AsArray().FirstOrDefault());
        var repository = (await web.GetAsync("repositories"))["repositories"]![0]!["id"]!.GetValue<string>();
        var run = entry["run"]!.GetValue<string>();
        var answered = await web.PostAsync($"repositories/{repository}/runs/{run}/questions/a/approve");

        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        await Eventually.AskAsync(async () =>
            (await web.GetAsync($"repositories/{repository}/runs/{run}"))["state"]!.GetValue<string>() == "completed" ? "" : null
        );
        var events = (await program.RunAsync("events", run, "--json")).StandardOutput.Text;
        Assert.Contains("(a program at this machine)", events, StringComparison.Ordinal);
        Assert.Equal("a\n", cli.Read("a.txt"));
    }

    [Fact]
    public async Task Web_AgentThatKnowsTheToken_MayNotAnswerForAPerson()
    {
        using var cli = new CliFixture().WithRepository();
        await using var web = await Web.StartAsync(cli);
        var agent = cli.WriteAgent(
            $$"""
            ask="curl -s -o /dev/null -w '%{http_code}' -H 'Authorization: Bearer {{web.Token}}' {{web.Address}}api/v1/inbox"
            sh -c "$ask" >> {{cli.Home}}/told
            env -i sh -c "$ask" >> {{cli.Home}}/told
            echo a > a.txt
            """
        );
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\n");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [test -f a.txt]}\n");

        var run = await new OrchestrateProgram(cli.Folder, Variables(cli)).RunAsync("run", "--yes");

        Assert.True(run.ExitCode == 0, run.StandardError.Text);
        Assert.Equal("403403", await File.ReadAllTextAsync(Path.Combine(cli.Home, "told")));
        Assert.Equal(HttpStatusCode.OK, (await web.SendAsync(HttpMethod.Get, "inbox")).StatusCode);
    }

    [Fact]
    public async Task Run_WithThePage_ServesItWhileItRuns()
    {
        using var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent($"while [ ! -f {cli.Home}/go ]; do sleep 0.1; done; echo a > a.txt");
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\n");
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [test -f a.txt]}\n");
        await using var web = await Web.StartAsync(cli, "run", "--yes", "--web=0");

        await Eventually.AskAsync(async () =>
            (await web.GetAsync("repositories"))["repositories"]!.AsArray() is [{ } first, ..]
            && (await web.GetAsync($"repositories/{first["id"]}/runs"))["runs"]!.AsArray().Count == 1
                ? ""
                : null
        );
        await File.WriteAllTextAsync(Path.Combine(cli.Home, "go"), "");
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(cli.Folder, "a.txt")));
    }

    [Fact]
    public async Task Web_Metrics_AreFetchedWithTheTokenAndHaveWhatTheDashboardShows()
    {
        using var cli = new CliFixture().WithRepository();
        await using var web = await Web.StartAsync(cli);
        var agent = cli.WriteAgent("echo a > a.txt");
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\n");
        cli.Write(
            "tasks.yaml",
            "tasks:\n  - {id: a, description: A, files_write: [a.txt], "
                + "verification: [test -f a.txt, {command: 'false', required: false}]}\n"
                + "  - {id: q, description: Q, requires_approval: true}\n"
        );
        var program = new OrchestrateProgram(cli.Folder, Variables(cli));
        await program.RunAsync("run", "--yes", "--detach");

        var metrics = await Eventually.AskAsync(async () =>
            await web.TextAsync("metrics") is var text
            && text.Contains("orchestrate_task_duration_seconds_count{", StringComparison.Ordinal)
            && text.Contains("orchestrate_questions{", StringComparison.Ordinal)
                ? text
                : null
        );
        await program.RunAsync("cancel");
        var ended = await Eventually.AskAsync(async () =>
            await web.TextAsync("metrics") is var text
            && text.Contains("cicd_pipeline_run_duration_seconds_count{", StringComparison.Ordinal)
                ? text
                : null
        );

        using (var stranger = new HttpClient())
        {
            var refused = await stranger.GetAsync(new Uri(web.Address, "metrics"));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }
        Assert.Contains("service_name=\"orchestrate\"", metrics, StringComparison.Ordinal);
        // Each line is a comment or a name with its value.
        Assert.All(
            (metrics + ended).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches(@"^(#.*|[a-z_:][a-z0-9_:]*(\{[^}]*\})? -?[0-9.eE+\-Inf]+( [0-9.]+)?)$", line.TrimEnd('\r'))
        );
        var dashboard = await File.ReadAllTextAsync(RepositoryFiles.Path("samples/observability/grafana-dashboard.json"));
        var shown = MetricNames().Matches(dashboard).Select(match => match.Value).Distinct().ToList();
        Assert.True(shown.Count >= 8, string.Join(' ', shown));
        Assert.All(shown, name => Assert.Contains(name, metrics + ended, StringComparison.Ordinal));
    }

    [System.Text.RegularExpressions.GeneratedRegex(
        "(orchestrate|cicd)_[a-z_]+_(count|sum|bucket|total)|orchestrate_(questions|tasks)|cicd_pipeline_run_active"
    )]
    private static partial System.Text.RegularExpressions.Regex MetricNames();

    [Fact]
    public async Task Plan_ThatIsSentAndBad_IsToldByItsOwnNameNotByAFileOfOurs()
    {
        using var cli = new CliFixture().WithRepository();
        await using var web = await Web.StartAsync(cli);
        var repository = (await web.GetAsync("repositories"))["repositories"]![0]!["id"]!.GetValue<string>();

        var answer = await web.Client.PostAsync(
            new Uri(web.Address, $"api/v1/repositories/{repository}/plans/validate"),
            new StringContent("""{"plan": "tasks: nonsense"}""", System.Text.Encoding.UTF8, "application/json")
        );
        var told = await answer.Content.ReadAsStringAsync();

        Assert.Contains("plan.yaml", told, StringComparison.Ordinal);
        Assert.DoesNotContain("orchestrate-web-", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_InTheBackgroundWithThePage_IsRefusedWithTheCure()
    {
        using var cli = new CliFixture().WithRepository();
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A}\n");

        var refused = await cli.RunAsync("run", "--yes", "--detach", "--web");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("'orchestrate web'", refused.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Web_BeyondLoopbackWithoutTls_IsRefusedWithTheCure()
    {
        using var cli = new CliFixture();

        var refused = await cli.RunAsync("web", "--listen", "0.0.0.0");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--tls-cert", refused.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Web_LinkAndNewToken_TheOldLinkLeadsNowhere()
    {
        using var cli = new CliFixture();

        var first = (await cli.RunAsync("web", "--link")).Output;
        var second = (await cli.RunAsync("web", "--link")).Output;
        var third = (await cli.RunAsync("web", "--link", "--new-token")).Output;

        Assert.Equal(first, second);
        Assert.NotEqual(first, third);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.Combine(cli.Home, ".local/state/orchestrator/web"))
        );
    }

    internal static Dictionary<string, string?> Variables(CliFixture cli) =>
        new(cli.Environment.ToDictionary(variable => variable.Key, variable => (string?)variable.Value)) { ["XDG_STATE_HOME"] = null };

    /// <summary>The served page, as the program's own process.</summary>
    internal sealed class Web : IAsyncDisposable
    {
        private readonly ProcessIdentity _process;
        private readonly HttpClient _client = new();

        private Web(ProcessIdentity process, Uri link)
        {
            _process = process;
            Token = link.Query[(link.Query.IndexOf('=', StringComparison.Ordinal) + 1)..];
            Address = new Uri(link.GetLeftPart(UriPartial.Authority) + "/");
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        }

        public string Token { get; }

        public Uri Address { get; }

        public static async Task<Web> StartAsync(CliFixture cli, params string[] words)
        {
            var log = Path.Combine(cli.Home, "web.log");
            var process = await new DetachedProcessStarter().StartAsync(
                new DetachedProcessOptions(OrchestrateProgram.Path, words.Length > 0 ? words : ["web", "--port", "0"])
                {
                    WorkingDirectory = cli.Folder,
                    Environment = Variables(cli),
                    OutputFile = log,
                    ErrorFile = log,
                }
            );
            var link = await Eventually.GetAsync(() =>
                File.Exists(log) ? File.ReadLines(log).FirstOrDefault(line => line.Contains("http://", StringComparison.Ordinal)) : null
            );
            return new Web(process, new Uri(link[link.IndexOf("http://", StringComparison.Ordinal)..]));
        }

        /// <summary>With the token.</summary>
        public HttpClient Client => _client;

        public async Task<JsonNode> GetAsync(string path) =>
            JsonNode.Parse(await (await SendAsync(HttpMethod.Get, path)).Content.ReadAsStringAsync())!;

        public async Task<string> TextAsync(string path) => await _client.GetStringAsync(new Uri(Address, path));

        public Task<HttpResponseMessage> PostAsync(string path) => SendAsync(HttpMethod.Post, path);

        public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path) =>
            _client.SendAsync(new HttpRequestMessage(method, new Uri(Address, "api/v1/" + path)));

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await new ProcessRunner().RunAsync(
                new ChildProcessOptions("/bin/sh", "-c", $"kill -INT {_process.ProcessId} 2>/dev/null; true")
            );
            await Eventually.TrueAsync(() => !_process.IsAlive());
        }
    }
}
