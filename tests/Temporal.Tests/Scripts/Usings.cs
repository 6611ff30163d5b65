global using Step = Orchestrator.Temporal.Tests.Scripts.Strand<object?>;
