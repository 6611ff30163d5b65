using System.Text.RegularExpressions;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Temporal.Sdk.Tests.Surface;

/// <summary>
/// The product's workflows, activities and client compile against the official SDK in place of ours. Its packages can't be restored
/// everywhere, so an assembly of the same public shape stands in for them.
/// </summary>
public sealed partial class OfficialBuildTests : IDisposable
{
    private const string Usings = """
        global using System; global using System.Collections;
        global using System.Collections.Generic; global using System.IO; global using System.Linq.Expressions;
        global using System.Reflection; global using System.Text.Json;
        global using System.Threading; global using System.Threading.Tasks; global using Type = System.Type;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting; global using Microsoft.Extensions.Logging;
        global using Microsoft.Extensions.Options; global using Google.Protobuf;
        global using Temporalio.Api.Enums.V1;
        global using Temporalio.Api.WorkflowService.V1; global using Temporalio.Api.OperatorService.V1;
        global using VersioningBehavior = Temporalio.Common.VersioningBehavior; global using Payload = Temporalio.Api.Common.V1.Payload;
        global using SearchAttributes = Temporalio.Api.Common.V1.SearchAttributes;
        global using GrpcStatus = Temporalio.Api.Common.V1.GrpcStatus;
        global using Failure = Temporalio.Api.Failure.V1.Failure; global using HistoryEvent = Temporalio.Api.History.V1.HistoryEvent;
        global using WorkflowExecutionInfo = Temporalio.Api.Workflow.V1.WorkflowExecutionInfo;
        global using ScheduleListEntry = Temporalio.Api.Schedule.V1.ScheduleListEntry;
        global using ActivityExecutionListInfo = Temporalio.Api.Activity.V1.ActivityExecutionListInfo;
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("official-sdk-").FullName;

    // Parts that are not in the list of messages, or are classes of foreign libraries that only the package brings.
    [GeneratedRegex(
        @"Nexus|CloudService|Bridge|ServiceHandlerInstance|Temporalio\.Testing|TestService|TemporalRuntime"
            + @"|JsonCommonTypeConverter|TemporalWorkerService\b",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex LeftOut { get; }

    [Fact]
    [Trait("Category", "Full")]
    public async Task Product_BuiltAgainstTheOfficialSdksShape_Compiles()
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var root = RepositoryFiles.Root;
        await File.WriteAllTextAsync(Path.Combine(_folder, "Temporalio.cs"), ReferenceSource.Write(OfficialSurface.Load(), LeftOut));
        await File.WriteAllTextAsync(Path.Combine(_folder, "Usings.cs"), Usings);
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "Temporalio.csproj"),
            ProjectFile(Path.Combine(AppContext.BaseDirectory, "Temporalio.Api.dll"))
        );
        File.Copy(Path.Combine(root, "Directory.Packages.props"), Path.Combine(_folder, "Directory.Packages.props"));

        await BuildAsync(_folder, configuration);
        var made = Path.Combine(_folder, "bin", configuration, "net10.0");
        await BuildAsync(Path.Combine(root, "src", "Worker"), configuration, "-p:TemporalSdk=official", $"-p:TemporalSdkFolder={made}");

        var taken = Path.Combine(root, "src", "Worker", "bin", "official", configuration, "net10.0", "Temporalio.dll");
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(made, "Temporalio.dll")), await File.ReadAllBytesAsync(taken));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task BuildAsync(string project, string configuration, params string[] more)
    {
        string[] arguments =
        [
            "build",
            project,
            "-c",
            configuration,
            "-v",
            "q",
            "-nologo",
            "-clp:NoSummary",
            "-nodeReuse:false",
            "-p:RunAnalyzers=false",
            .. more,
        ];
        var result = await new ProcessRunner().RunAsync(
            new ProcessCommand("dotnet", arguments) { WorkingDirectory = project, Timeout = TimeSpan.FromMinutes(5) }
        );
        Assert.True(
            result.Succeeded,
            $"dotnet {string.Join(' ', arguments)}: exit code {result.ExitCode}\n{result.StandardOutput.Text}\n{result.StandardError.Text}"
        );
    }

    private static string ProjectFile(string messages) =>
        $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <LangVersion>latest</LangVersion>
                <NoWarn>$(NoWarn);CS0067;CS0108;CS0114</NoWarn>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <FrameworkReference Include="Microsoft.AspNetCore.App" />
                <PackageReference Include="Google.Protobuf" />
                <Reference Include="{messages}" />
              </ItemGroup>
            </Project>
            """;
}
