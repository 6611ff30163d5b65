using static Orchestrator.Plans.GateType;
using static Orchestrator.Plans.MainLanguageEcosystemDefinitions;

namespace Orchestrator.Plans;

/// <summary>Rows of <see cref="Ecosystems"/> for tools that run other programs.</summary>
internal static class ToolEcosystemDefinitions
{
    public static readonly IReadOnlyList<Ecosystem> Rows =
    [
        new("make")
        {
            Programs = ["make", "gmake"],
            Commands = [.. Commands(Test, "make test", "make check"), .. Commands(Build, "make")],
            Configuration = Names("GNUmakefile makefile Makefile *.mk"),
            ReadFirst = ["GNUmakefile", "makefile"],
            Scripts =
            [
                .. Names("make gmake").Select(program => new ImplicitProgramInputFiles(program, Names("GNUmakefile makefile Makefile"))),
            ],
        },
        new("just")
        {
            Programs = ["just"],
            Configuration = Names("justfile Justfile .justfile"),
            ReadFirst = [".justfile"],
            Scripts = [new("just", Names("justfile Justfile .justfile"))],
        },
        new("task")
        {
            Programs = ["task"],
            Configuration = Names("Taskfile.y*ml taskfile.y*ml Taskfile.dist.y*ml"),
            Scripts = [new("task", Names("Taskfile.yml Taskfile.yaml"))],
        },
        new("Bazel")
        {
            Programs = ["bazel", "bazelisk"],
            ReadFirst = [".bazelrc"],
            Configuration = [".bazelrc", ".bazelversion"],
        },
        new("pre-commit") { Programs = ["pre-commit"], Configuration = [".pre-commit-config.yaml"] },
        new("versions of tools")
        {
            Home = Names(".asdf .local/share/mise .config/mise .tool-versions"),
            Programs = ["mise", "asdf"],
            Configuration = Names(".tool-versions mise.toml .mise.toml"),
        },
        new("scanners") { Programs = Names("gitleaks trivy semgrep"), Commands = Commands(Security, "gitleaks", "trivy", "semgrep") },
    ];
}
