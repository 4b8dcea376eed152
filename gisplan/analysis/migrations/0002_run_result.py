from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analysis", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="result",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="Tables and features; empty where the result is bands.",
            ),
        ),
    ]
