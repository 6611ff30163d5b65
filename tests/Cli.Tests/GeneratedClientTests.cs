using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;
using Orchestrator.App.Queries;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A client that a generator makes of the API's description, as programs in other languages have theirs.</summary>
public sealed class GeneratedClientTests
{
    /// <summary>A user's program, compiled against the client, so that each type that it names must be part of the description.</summary>
    private const string Program = """
        using System;
        using System.Linq;
        using System.Net.Http;
        using System.Threading.Tasks;
        using Generated;

        public static class Program
        {
            public static async Task<string> PlayAsync(HttpClient http, string plan)
            {
                try
                {
                    return await PlayRunAsync(http, plan);
                }
                catch (ApiException<ProblemResponse> refused)
                {
                    return $"{refused.Result.Title} {refused.Result.Detail}";
                }
            }

            private static async Task<string> PlayRunAsync(HttpClient http, string plan)
            {
                var api = new Client(http);
                DashboardRepositoryReference repository = (await api.ListRepositoriesAsync()).Repositories.Single();
                ValidateDocument valid = await api.ValidatePlanAsync(repository.Id, new ValidatePlanRequest { Plan = plan });
                if (!valid.Valid || valid.TaskCount != 1)
                {
                    return "The plan is no plan.";
                }
                RunStartResponse started = await api.StartRunAsync(repository.Id, "once", new StartRunRequest { Plan = plan });
                await api.StartRunAsync(repository.Id, "once", new StartRunRequest { Plan = plan });
                RunListEntry entry = (await api.ListRunsAsync(repository.Id, 5, null)).Runs.Single(run => run.RunId == started.RunId);
                RunQuestion question = (await UntilAsync(
                    () => api.GetRunAsync(repository.Id, entry.RunId),
                    run => run.Questions.Count > 0
                )).Questions.Single();
                InboxEntryDocument line = (await api.ListInboxAsync()).Entries.Single();
                if (line.Run != entry.RunId || line.Shown != question.Shown)
                {
                    return "The inbox asks something else.";
                }
                await api.ApproveAsync(repository.Id, entry.RunId, question.Id, null);
                await UntilAsync(() => api.GetRunAsync(repository.Id, entry.RunId), run => run.State == RunStatusState.Completed);
                RunStatus report = await api.GetReportAsync(repository.Id, entry.RunId);
                TaskDocument task = await api.GetTaskAsync(repository.Id, entry.RunId, report.Tasks.Single().Id);
                TaskDiffDocument diff = await api.GetDiffAsync(repository.Id, entry.RunId, task.Task.Id);
                LineProvenance proof = (await api.GetProofAsync(repository.Id, "a.txt:1", null)).Proof;
                try
                {
                    await api.GetRunAsync(repository.Id, "run-that-is-not-there");
                    return "A run that is not there was answered.";
                }
                catch (ApiException<ProblemResponse> refused) when (refused.StatusCode == 404 && refused.Result.ExitCode == 2)
                {
                    return $"{started.ExitCode} {report.State} {task.Events.Last().State} {diff.Patch.Contains("+a")} {proof.Text}";
                }
            }

            private static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isThere)
            {
                for (var limit = DateTime.UtcNow.AddMinutes(2); DateTime.UtcNow < limit; await Task.Delay(50))
                {
                    if (await ask() is var answer && isThere(answer))
                    {
                        return answer;
                    }
                }
                throw new TimeoutException();
            }
        }
        """;

    [Fact]
    public async Task Client_GeneratedFromTheDescription_PlaysAWholeRun()
    {
        using var cli = new CliFixture().WithRepository();
        var agent = cli.WriteAgent("echo $ORCHESTRATOR_TASK > $ORCHESTRATOR_TASK.txt");
        cli.Write(".orchestrator/config.yaml", $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\n");
        await cli.TrustAsync();
        await using var web = await WebCommandTests.Web.StartAsync(cli);
        web.Client.BaseAddress = web.Address;

        var program = Compile(Program, await GenerateAsync(await web.TextAsync("api/v1/openapi.json")));
        var play = program.GetType("Program")!.GetMethod("PlayAsync")!.CreateDelegate<Func<HttpClient, string, Task<string>>>();
        var told = await play(
            web.Client,
            "tasks:\n  - {id: a, description: A, files_write: [a.txt], requires_approval: true, verification: [test -f a.txt]}\n"
        );

        Assert.Equal("0 Completed Merged True a", told);
    }

    private static async Task<string> GenerateAsync(string description)
    {
        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = "Client",
            UseBaseUrl = false,
            CSharpGeneratorSettings = { Namespace = "Generated", JsonLibrary = CSharpJsonLibrary.SystemTextJson },
        };
        return new CSharpClientGenerator(await OpenApiDocument.FromJsonAsync(description), settings)
            .GenerateFile()
            // System.Text.Json reads names of enumeration members from its own attribute alone.
            .Replace(
                "System.Runtime.Serialization.EnumMember(Value = ",
                "System.Text.Json.Serialization.JsonStringEnumMemberName(",
                StringComparison.Ordinal
            );
    }

    private static Assembly Compile(params string[] sources)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file).StartsWith("System.", StringComparison.Ordinal))
            .Select(file => MetadataReference.CreateFromFile(file));
        var compilation = CSharpCompilation.Create(
            "GeneratedClient",
            sources.Select(source => CSharpSyntaxTree.ParseText(source)),
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
        );
        using var code = new MemoryStream();
        var emitted = compilation.Emit(code);
        Assert.True(
            emitted.Success,
            string.Join('\n', emitted.Diagnostics.Where(fault => fault.Severity == DiagnosticSeverity.Error).Take(10))
        );
        code.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(code);
    }
}
