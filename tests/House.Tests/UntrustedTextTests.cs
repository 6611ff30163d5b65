using Mono.Cecil;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>Text of others has one door to people. What goes around it is named here with the reason, or found by these tests.</summary>
public sealed class UntrustedTextTests
{
    private const string Terminal = "Orchestrator.Cli.Console.ITerminal";

    /// <summary>Print lines of ours; what they hold of others was marked where it was made.</summary>
    private static readonly string[] Results =
    [
        "CliCommandExecutor",
        "ReportCommand",
        "CollectRunResultsCommand",
        "PlanGraphPrinter",
        "VersionCommand",
        "MailCommand",
    ];

    /// <summary>Print what programs read: JSON, source code, a diff, a protocol, one value.</summary>
    private static readonly string[] Documents =
    [
        "CliCommandServiceBundle",
        "AskModelCommand",
        "CompleteShellInputCommand",
        "CompletionCommand",
        "ConfigCommand",
        "ProjectContextCommand",
        "DriveAcpCommand",
        "EventsCommand",
        "ToolCallHookCommand",
        "MailCommand",
        "TerminalTextPager",
        "PlanCommand",
        "ShowTaskPromptCommand",
        "ReportCommand",
        "ReportFile",
        "ValidateCommand",
    ];

    [Fact]
    public void Cli_TextThatIsPrintedAsItIs_IsOfCommandsThatAreNamed()
    {
        Assert.Equal(Results.Order(StringComparer.Ordinal), Callers("Cli", $"{Terminal}::Result", "Orchestrator.Cli.Logging"));
        Assert.Equal(Documents.Order(StringComparer.Ordinal), Callers("Cli", $"{Terminal}::Document", "Orchestrator.Cli.Logging"));
    }

    /// <summary>Markdown for people is written by <c>EscapingMarkdownBuilder</c> alone, which escapes what stands in its holes.</summary>
    [Theory]
    [InlineData("Orchestrator.Runs.Reports", "ProgressRecorder")]
    [InlineData("Orchestrator.Runs.Merging.Landing")]
    [InlineData("Orchestrator.Runs.Tasks.Requests")]
    public void Runs_WhatIsReported_IsWrittenByMarkdownText(string space, params string[] others) =>
        Assert.DoesNotContain(
            Callers("Runs", "System.Text.StringBuilder::Append", except: "").Except(others),
            type => NamespaceOf("Runs", type) == space
        );

    [Fact]
    public void Product_TextOfOthersAsItCame_IsReadByItsDoorAlone() =>
        Assert.All(
            (string[])["App", "Cli", "Runs"],
            project => Assert.Empty(Callers(project, "Orchestrator.Plans.UntrustedText::get_Raw", except: ""))
        );

    private static string NamespaceOf(string project, string type)
    {
        using var module = Open(project);
        return module.Types.First(one => one.Name == type).Namespace;
    }

    /// <summary>The types that call a method, by the name of the outermost one.</summary>
    private static List<string> Callers(string project, string method, string except)
    {
        using var module = Open(project);
        return
        [
            .. (
                from type in module.GetTypes()
                // Records get methods of the compiler's.
                from body in type.Methods.Where(one =>
                    one.HasBody && one.CustomAttributes.All(mark => mark.AttributeType.Name != "CompilerGeneratedAttribute")
                )
                from instruction in body.Body.Instructions
                let called = instruction.Operand as MethodReference
                where called is not null && $"{called.DeclaringType.FullName}::{called.Name}" == method
                let outer = Outer(type)
                where except.Length == 0 || outer.Namespace != except
                select outer.Name
            )
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
    }

    private static ModuleDefinition Open(string project) =>
        ModuleDefinition.ReadModule(Assemblies.Of(ProjectFiles.Product.Single(file => ProjectFiles.NameOf(file) == project)));

    private static TypeDefinition Outer(TypeDefinition type) => type.DeclaringType is { } outer ? Outer(outer) : type;
}
