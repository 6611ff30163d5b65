using Orchestrator.TestKit.Git;

namespace Orchestrator.Benchmarks.Runs;

/// <summary>A project whose build has something to start from.</summary>
/// <param name="Name">Name in the table.</param>
/// <param name="Needs">Programs that must be installed.</param>
/// <param name="Build">Shell command of the build, which is also the gate.</param>
/// <param name="Source">File that the measured change edits.</param>
/// <param name="Made">Folder that set-up or the build makes.</param>
/// <param name="Write">Writes the project.</param>
internal sealed record WarmProject(
    string Name,
    IReadOnlyList<string> Needs,
    string Build,
    string Source,
    string Made,
    Action<TemporaryRepository> Write
)
{
    private const int Packages = 50;
    private const int Functions = 8;

    /// <summary>Shell command that writes the lock file.</summary>
    public string Prepare { get; init; } = "";

    /// <summary>Shell command that installs the packages, or empty if the build does.</summary>
    public string SetUp { get; init; } = "";

    /// <summary>True if a worktree gets a copy of <see cref="Made"/> unless a setting forbids it.</summary>
    public bool HasCopy { get; init; }

    /// <summary>True if the ratio has to meet the bar.</summary>
    public bool HasBar { get; init; } = true;

    public static IReadOnlyList<WarmProject> All { get; } =
    [
        new($"a crate with {Packages} packages", ["cargo"], "cargo build --offline -q", "src/main.rs", "target", WriteCrate)
        {
            Prepare = "cargo generate-lockfile --offline -q",
            HasCopy = true,
        },
        new(
            $"a Go module with {Packages} required modules",
            ["go"],
            "go build -o bin/ ./...",
            "main.go",
            "bin",
            files => WriteModule(files, true)
        ),
        // Go compiles the packages of a module again in each folder, because it writes the folder's path into them, except with -trimpath.
        new(
            $"a Go module with {Packages} packages of its own",
            ["go"],
            "go build -o bin/ ./...",
            "main.go",
            "bin",
            files => WriteModule(files, false)
        )
        {
            HasBar = false,
        },
        new(
            $"a Go module with {Packages} packages of its own and -trimpath",
            ["go"],
            "go build -trimpath -o bin/ ./...",
            "main.go",
            "bin",
            files => WriteModule(files, false)
        ),
        new(
            $"a TypeScript package with {Packages} files",
            ["node", "npm"],
            "npm run -s build",
            "src/main.ts",
            "node_modules",
            WriteTypeScript
        )
        {
            Prepare = "npm install --package-lock-only --no-audit --no-fund --silent",
            SetUp = "npm ci --silent --no-audit --no-fund",
        },
    ];

    private static List<string> Names => [.. Enumerable.Range(1, Packages).Select(i => $"p{i}")];

    private static void WriteCrate(TemporaryRepository files)
    {
        foreach (var name in Names)
        {
            var folder = files.Beside("packages/" + name);
            Directory.CreateDirectory(Path.Combine(folder, "src"));
            File.WriteAllText(Path.Combine(folder, "Cargo.toml"), Manifest(name));
            File.WriteAllText(Path.Combine(folder, ".cargo-checksum.json"), """{"files": {}, "package": null}""");
            File.WriteAllLines(
                Path.Combine(folder, "src", "lib.rs"),
                Enumerable
                    .Range(1, Functions)
                    .Select(i =>
                        $"pub fn {name}_{i}(n: u64) -> String "
                        + $"{{ (0..n).map(|x| format!(\"{{}}\", x * {i})).collect::<Vec<_>>().join(\",\") }}"
                    )
            );
        }
        files.Write("src/main.rs", "fn main() {}\n" + string.Concat(Names.Select(name => $"pub use {name}::*;\n")));
        files.Write("Cargo.toml", Manifest("bench") + "[dependencies]\n" + string.Concat(Names.Select(name => $"{name} = \"1\"\n")));
        files.Write(
            ".cargo/config.toml",
            $"[source.crates-io]\nreplace-with = \"here\"\n[source.here]\ndirectory = \"{files.Beside("packages")}\"\n"
        );
    }

    private static string Manifest(string name) => $"[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2021\"\n";

    private static void WriteModule(TemporaryRepository files, bool isRequired)
    {
        var manifest = "module example.org/bench\n\ngo 1.19\n";
        foreach (var name in Names)
        {
            var source =
                $"package {name}\n\nimport (\n\t\"encoding/json\"\n\t\"strings\"\n)\n"
                + string.Concat(
                    Enumerable
                        .Range(1, Functions)
                        .Select(i =>
                            $"\nfunc F{i}(n int) string {{\n\tvar all []string\n\tfor i := 0; i < n; i++ {{\n\t\ttext, _ := "
                            + $"json.Marshal(map[string]int{{\"x\": i * {i}}})\n\t\tall = append(all, string(text))\n\t}}\n"
                            + "\treturn strings.Join(all, \",\")\n}\n"
                        )
                );
            if (!isRequired)
            {
                files.Write($"{name}/{name}.go", source);
                continue;
            }
            var folder = Directory.CreateDirectory(files.Beside("packages/" + name)).FullName;
            File.WriteAllText(Path.Combine(folder, "go.mod"), $"module example.org/{name}\n\ngo 1.19\n");
            File.WriteAllText(Path.Combine(folder, name + ".go"), source);
            manifest += $"\nrequire example.org/{name} v1.0.0\n\nreplace example.org/{name} => {folder}\n";
        }
        var prefix = isRequired ? "example.org/" : "example.org/bench/";
        files.Write("go.mod", manifest);
        files.Write(
            "main.go",
            "package main\n\nimport (\n\t\"fmt\"\n"
                + string.Concat(Names.Select(name => $"\t\"{prefix}{name}\"\n"))
                + ")\n\nfunc main() {\n"
                + string.Concat(Names.Select(name => $"\tfmt.Println({name}.F1(1))\n"))
                + "}\n"
        );
    }

    private static void WriteTypeScript(TemporaryRepository files)
    {
        foreach (var name in Names)
        {
            files.Write(
                $"src/{name}.ts",
                string.Concat(
                    Enumerable
                        .Range(1, Functions)
                        .Select(i => $"export const {name}_{i} = (n: number): string => [...Array(n).keys()].map((x) => x * {i}).join();\n")
                )
            );
        }
        files.Write("src/main.ts", string.Concat(Names.Select(name => $"export * from './{name}';\n")));
        files.Write(
            "tsconfig.json",
            """{"compilerOptions": {"strict": true, "target": "ES2022", "module": "commonjs", "noEmit": true}, "include": ["src"]}"""
        );
        files.Write(
            "package.json",
            """{"name": "bench", "version": "1.0.0", "scripts": {"build": "tsc"}, "devDependencies": {"typescript": "5.9.3"}}"""
        );
    }
}
